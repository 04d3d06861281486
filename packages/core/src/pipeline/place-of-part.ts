import type { VoxelSize } from '../contracts/image-source.ts';
import type { Roi } from '../grid/roi.ts';

/** The voxel size of a cut-out: it lies where it lay in the whole. */
export function placeOfPart(size: VoxelSize, { start }: Roi): VoxelSize {
  if (start.every((at, axis) => axis === 1 || at === 0)) return size;
  const { origin } = size;
  const along = (axis: 'x' | 'y' | 'z' | 't', index: number) =>
    (origin?.[axis] ?? 0) + start[index]! * (size[axis] ?? 1);
  return { ...size, origin: { x: along('x', 4), y: along('y', 3), z: along('z', 2), t: along('t', 0) } };
}
