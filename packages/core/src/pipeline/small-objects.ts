import type { ImageSink } from '../contracts/image-sink.ts';
import type { ImageSource } from '../contracts/image-source.ts';
import { BrushwoodError } from '../errors.ts';
import { elementCount, shape3, type Shape3 } from '../grid/axes.ts';
import { padRoi } from '../grid/halo.ts';
import { checkRoi, roiShape, translateRoi, type Roi } from '../grid/roi.ts';
import { cropTensor, type Tensor } from '../grid/tensor.ts';

/** A box and its surroundings may have so many voxels: 5 bytes each while objects are sought. */
export const mostObjectVoxels = 2 ** 28;

/**
 * A label image without its small objects. An object is a set of voxels of one value that touch by their faces, in one time point
 * (in a flat image: by their edges); one of fewer than `smallest` voxels gets the value that most of the voxel faces around it
 * have, the lower one of two; an image that is one small object stays.
 *
 * Works on boxes: an object that is small lies wholly within `smallest` voxels of each of its voxels, so a box is read with as much
 * around it, and the result does not depend on the boxes.
 * @param smallest voxels an object needs to stay
 * @throws 'invalid-parameter' for less than 1; `read` throws 'too-large' where box and surroundings are too many voxels at once
 */
export function withoutSmallObjects(source: ImageSource, smallest: number): ImageSource {
  if (!(Number.isInteger(smallest) && smallest >= 1)) {
    throw new BrushwoodError('invalid-parameter', `The smallest object has a whole number of voxels, got ${smallest}.`);
  }
  const { info } = source;
  const depth = info.shape[2];
  return {
    info: { ...info, levels: info.levels.slice(0, 1) },
    close: () => source.close(),
    async read(roi, options) {
      checkRoi(roi, info.shape, 'Label image');
      const padded = padRoi(roi, [depth === 1 ? 0 : smallest, smallest, smallest], info.shape).roi;
      checkSize(padded, smallest);
      const tensor = await source.read(padded, { signal: options?.signal });
      const [nt, nc, nz, ny, nx] = tensor.shape;
      const voxels = nz * ny * nx;
      for (let i = 0; i < nt * nc; i++) {
        absorbSmallObjects(tensor.data.subarray(i * voxels, (i + 1) * voxels), [nz, ny, nx], { smallest });
      }
      const inside = translateRoi(
        roi,
        padded.start.map((start) => -start),
      );
      return cropTensor(tensor, inside);
    },
  };
}

function checkSize(padded: Roi, smallest: number): void {
  const voxels = elementCount(roiShape(padded));
  if (voxels <= mostObjectVoxels) return;
  throw new BrushwoodError(
    'too-large',
    `Objects of fewer than ${smallest} voxels are sought in boxes of (${roiShape(padded).join(', ')}) voxels, axes tczyx, which are too many at ` +
      'once. Ask for a smaller object.',
    { smallest, voxels },
  );
}

/**
 * Gives the voxels of small objects the value around them, in place.
 * @param isCutOff 1 for voxels whose objects may be larger than what is seen of them: these stay. Without it every object is taken for
 * what is seen of it (in `withoutSmallObjects` those that the box cuts off have at least `smallest` voxels in it, or do not reach its core)
 */
export function absorbSmallObjects(
  labels: Tensor['data'],
  shape: Shape3,
  { smallest, isCutOff }: { readonly smallest: number; readonly isCutOff?: Uint8Array },
): void {
  const objects = findObjects(labels, shape);
  const sizes = new Uint32Array(labels.length);
  for (let i = 0; i < objects.length; i++) sizes[objects[i]!]!++;
  isCutOff?.forEach((flag, i) => flag !== 0 && (sizes[objects[i]!] = smallest));
  const faces = countFaces({ labels, objects, shape }, (object) => sizes[object]! < smallest);
  const values = new Map([...faces].map(([object, around]) => [object, mostFrequent(around)]));
  const out = labels as Uint8Array;
  for (let i = 0; i < out.length; i++) {
    const value = values.get(objects[i]!);
    if (value !== undefined) out[i] = value as number;
  }
}

/** Per voxel the number of its object: that of the object's first voxel. */
function findObjects(labels: Tensor['data'], [nz, ny, nx]: Shape3): Int32Array {
  const parents = new Int32Array(labels.length);
  const rootOf = (voxel: number) => {
    let at = voxel;
    while (parents[at] !== at) at = parents[at] = parents[parents[at]!]!;
    return at;
  };
  let i = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, i++) {
        parents[i] = i;
        const before = [x > 0 ? i - 1 : -1, y > 0 ? i - nx : -1, z > 0 ? i - ny * nx : -1];
        for (const other of before) {
          if (other < 0 || labels[other] !== labels[i]) continue;
          const [a, b] = [rootOf(i), rootOf(other)];
          if (a < b) parents[b] = a;
          else parents[a] = b;
        }
      }
  for (let voxel = 0; voxel < parents.length; voxel++) parents[voxel] = rootOf(voxel);
  return parents;
}

/** Per small object how many of its faces each value around it has. */
function countFaces(
  { labels, objects, shape }: { labels: Tensor['data']; objects: Int32Array; shape: Shape3 },
  isSmall: (object: number) => boolean,
): Map<number, Map<number | bigint, number>> {
  const steps = [shape[1] * shape[2], shape[2], 1] as const;
  const faces = new Map<number, Map<number | bigint, number>>();
  const note = (object: number, value: number | bigint) => {
    let around = faces.get(object);
    if (!around) faces.set(object, (around = new Map()));
    around.set(value, (around.get(value) ?? 0) + 1);
  };
  for (let i = 0; i < objects.length; i++) {
    const position = shape3((axis) => Math.floor(i / steps[axis]) % shape[axis]);
    for (const axis of [0, 1, 2] as const) {
      const other = i + steps[axis];
      if (position[axis] + 1 >= shape[axis] || objects[i] === objects[other]) continue;
      if (isSmall(objects[i]!)) note(objects[i]!, labels[other]!);
      if (isSmall(objects[other]!)) note(objects[other]!, labels[i]!);
    }
  }
  return faces;
}

function mostFrequent(around: ReadonlyMap<number | bigint, number>): number | bigint {
  const sorted = [...around].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return sorted[0]![0];
}

/**
 * Small objects are sought when all is predicted: what would fail then is refused before.
 * @throws 'too-large' where a box of the image, with as much around it as the largest small object, has too many voxels
 */
export function checkSmallestObject(
  { spec, unitShape }: Pick<ImageSink, 'spec' | 'unitShape'>,
  smallest: number,
): void {
  const isFlat = spec.shape[2] === 1;
  const voxels = [2, 3, 4].reduce((product, axis) => {
    const box = unitShape?.[axis] ?? (isFlat ? 2048 : 128);
    return product * Math.min(spec.shape[axis]!, box + 2 * smallest);
  }, 1);
  if (voxels <= mostObjectVoxels) return;
  throw new BrushwoodError(
    'too-large',
    `To remove objects below ${smallest} voxels, boxes of ${voxels} voxels of this image are needed at once, and ${mostObjectVoxels} are ` +
      'possible. Ask for a smaller object.',
    { smallest, voxels },
  );
}
