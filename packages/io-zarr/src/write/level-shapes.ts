import { type ImageSpec, type Shape5, shape5 } from '@brushwood/core';

/** Axes of space in tczyx. */
const spatial = [2, 3, 4] as const;
/** Sizes of voxels that differ by less are taken for equal. */
const equalRatio = Math.SQRT2;

/**
 * The resolutions of an image, finest first: each halves space until the plane fits into one chunk. Where the size of
 * voxels is known, axes with longer voxels wait until the others have caught up; else z is halved while it is longer than a chunk.
 */
export function levelShapes(spec: ImageSpec, chunk: Shape5): { shape: Shape5; downsampling: Shape5 }[] {
  const levels: { shape: Shape5; downsampling: Shape5 }[] = [{ shape: spec.shape, downsampling: [1, 1, 1, 1, 1] }];
  for (;;) {
    const { shape, downsampling } = levels.at(-1)!;
    if (shape[3] <= chunk[3] && shape[4] <= chunk[4]) return levels;
    const halved = axesToHalve(spec, { shape, downsampling, chunk });
    levels.push({
      shape: shape5((axis) => (halved.has(axis) ? Math.ceil(shape[axis] / 2) : shape[axis])),
      downsampling: shape5((axis) => downsampling[axis] * (halved.has(axis) ? 2 : 1)),
    });
  }
}

function axesToHalve(
  { voxelSize }: ImageSpec,
  { shape, downsampling, chunk }: { shape: Shape5; downsampling: Shape5; chunk: Shape5 },
): ReadonlySet<number> {
  const known = [voxelSize?.z, voxelSize?.y, voxelSize?.x];
  const isKnown = (axis: 2 | 3 | 4) => Number.isFinite(known[axis - 2]) && known[axis - 2]! > 0;
  const long = spatial.filter((axis) => shape[axis] > 1);
  if (!long.every(isKnown)) {
    return new Set(long.filter((axis) => axis !== 2 || shape[2] > chunk[2]));
  }
  const sizeOf = (axis: 2 | 3 | 4) => known[axis - 2]! * downsampling[axis];
  const smallest = Math.min(...long.map(sizeOf));
  return new Set(long.filter((axis) => sizeOf(axis) < smallest * equalRatio));
}
