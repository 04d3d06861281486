import type { ImageSink } from '../contracts/image-sink.ts';
import type { ImageSource } from '../contracts/image-source.ts';
import { BrushwoodError } from '../errors.ts';
import { elementCount, type Shape3 } from '../grid/axes.ts';
import { padRoi } from '../grid/halo.ts';
import { checkRoi, roiShape, translateRoi, type Roi } from '../grid/roi.ts';
import { cropTensor, type Tensor } from '../grid/tensor.ts';

/**
 * A box and its surroundings may have so many voxels. While objects are sought each takes 14 bytes (labels of one byte and a copy, object,
 * size, place in the list of neighbours), and up to 24 for neighbours where every voxel is an object: below 2 GiB in all.
 */
export const mostObjectVoxels = 3 * 2 ** 24;

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
  if (isCutOff) for (let i = 0; i < objects.length; i++) if (isCutOff[i] !== 0) sizes[objects[i]!] = smallest;
  const { starts, neighbours } = listNeighbours(shape, { objects, isSmall: (object) => sizes[object]! < smallest });
  const values = labels.slice() as Uint8Array;
  const out = labels as Uint8Array;
  for (let i = 0; i < out.length; i++) {
    const object = objects[i]!;
    if (sizes[object]! >= smallest || starts[object] === starts[object + 1]) continue;
    // An object's first voxel comes first, and learns the value for the others.
    const isFirst = object === i;
    if (isFirst) out[i] = mostFrequent(values, neighbours.subarray(starts[object], starts[object + 1])) as number;
    else out[i] = out[object]!;
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
  const join = (i: number, other: number) => {
    const [a, b] = [rootOf(i), rootOf(other)];
    if (a < b) parents[b] = a;
    else parents[a] = b;
  };
  let i = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, i++) {
        const label = labels[i];
        const isLeft = x > 0 && labels[i - 1] === label;
        parents[i] = isLeft ? parents[i - 1]! : i;
        const isAbove = y > 0 && labels[i - nx] === label;
        // Three of one value around: the left one was joined with the one above already.
        if (isAbove && !(isLeft && labels[i - nx - 1] === label)) join(i, i - nx);
        if (z > 0 && labels[i - ny * nx] === label) join(i, i - ny * nx);
      }
  for (let voxel = 0; voxel < parents.length; voxel++) parents[voxel] = parents[parents[voxel]!]!;
  return parents;
}

/** Per small object the voxels beyond its faces, once for each face: those of object i are at `starts[i]` to `starts[i + 1]`. */
function listNeighbours(
  [nz, ny, nx]: Shape3,
  { objects, isSmall }: { objects: Int32Array; isSmall: (object: number) => boolean },
): { starts: Uint32Array; neighbours: Int32Array } {
  const eachFace = (visit: (object: number, neighbour: number) => void) => {
    const compare = (i: number, other: number) => {
      const [a, b] = [objects[i]!, objects[other]!];
      if (a === b) return;
      if (isSmall(a)) visit(a, other);
      if (isSmall(b)) visit(b, i);
    };
    let i = 0;
    for (let z = 0; z < nz; z++)
      for (let y = 0; y < ny; y++)
        for (let x = 0; x < nx; x++, i++) {
          if (x + 1 < nx) compare(i, i + 1);
          if (y + 1 < ny) compare(i, i + nx);
          if (z + 1 < nz) compare(i, i + ny * nx);
        }
  };
  const starts = new Uint32Array(objects.length + 1);
  eachFace((object) => starts[object]!++);
  for (let object = 0; object < objects.length; object++) starts[object + 1]! += starts[object]!;
  const neighbours = new Int32Array(starts.at(-1)!);
  // Filled from the end: what was where an object's list ends becomes where it starts.
  eachFace((object, neighbour) => (neighbours[--starts[object]!] = neighbour));
  return { starts, neighbours };
}

/** The value most of the voxels have, the lowest of several. */
function mostFrequent(values: Tensor['data'], voxels: Int32Array): number | bigint {
  const first = values[voxels[0]!]!;
  let same = 1;
  while (same < voxels.length && values[voxels[same]!] === first) same++;
  if (same === voxels.length) return first;
  const counts = new Map<number | bigint, number>();
  for (const voxel of voxels) counts.set(values[voxel]!, (counts.get(values[voxel]!) ?? 0) + 1);
  const sorted = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
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
