import type { Shape3 } from '@brushwood/core';

/** Lanes of a packet. */
export const lanesPerPatch = 64;

/** In order of preference: compact patches are the most uniform. */
const patchShapes: readonly Shape3[] = [
  [4, 4, 4],
  [1, 8, 8],
  [8, 1, 8],
  [8, 8, 1],
  [1, 1, 64],
  [1, 64, 1],
  [64, 1, 1],
];

/** The shape of 64 voxels that covers a block with the fewest patches. */
export function choosePatchShape(shape: Shape3): Shape3 {
  const patchCount = (patch: Shape3) => patch.reduce((n, size, axis) => n * Math.ceil(shape[axis]! / size), 1);
  return patchShapes.reduce((best, patch) => (patchCount(patch) < patchCount(best) ? patch : best));
}

/** A part of a block: some slices and rows, full width. */
export interface Strip {
  readonly z: number;
  readonly y: number;
  readonly shape: Shape3;
}

/**
 * Cuts a block into strips of whole patches that hold at most `voxelLimit` voxels, if a single row of patches is not
 * larger than that.
 */
export function cutStrips(shape: Shape3, patch: Shape3, voxelLimit: number): Strip[] {
  const [sizeZ, sizeY, sizeX] = shape;
  const rows = Math.max(1, Math.floor(voxelLimit / (patch[0] * patch[1] * sizeX)));
  const stripY = Math.min(sizeY, rows * patch[1]);
  const strips: Strip[] = [];
  for (let z = 0; z < sizeZ; z += patch[0]) {
    for (let y = 0; y < sizeY; y += stripY) {
      strips.push({ z, y, shape: [Math.min(patch[0], sizeZ - z), Math.min(stripY, sizeY - y), sizeX] });
    }
  }
  return strips;
}
