import { describe, expect, it } from 'vitest';
import type { SliceAxis } from './layer.ts';
import {
  clampPoint,
  isInside,
  middleOf,
  planeThrough,
  sliceExtent,
  sliceName,
  tileRoi,
  voxelAt,
  voxelCenter,
} from './slice-geometry.ts';

describe('slice geometry', () => {
  const position = { t: 1, z: 7, y: 20, x: 33 };

  it('shows x right and y down along z, x and z along y, z and y along x', () => {
    expect((['z', 'y', 'x'] as const).map(sliceName)).toEqual(['xy', 'xz', 'zy']);
    expect(sliceExtent([2, 3, 10, 40, 50], 'z')).toEqual({ width: 50, height: 40, depth: 10 });
    expect(sliceExtent([2, 3, 10, 40, 50], 'y')).toEqual({ width: 50, height: 10, depth: 40 });
    expect(sliceExtent([2, 3, 10, 40, 50], 'x')).toEqual({ width: 10, height: 40, depth: 50 });
  });

  it.each(['z', 'y', 'x'] as SliceAxis[])('finds a voxel again by its centre on the slice along %s', (axis) => {
    expect(voxelAt(planeThrough(axis, position), voxelCenter(axis, position))).toEqual(position);
  });

  it('counts a voxel from its left edge to just before its right one', () => {
    const plane = planeThrough('z', position);
    expect(voxelAt(plane, { u: 4, v: 5 })).toMatchObject({ x: 4, y: 5 });
    expect(voxelAt(plane, { u: 4.999, v: 5.999 })).toMatchObject({ x: 4, y: 5 });
    expect(voxelAt(plane, { u: -0.001, v: 5 })).toMatchObject({ x: -1 });
  });

  it('keeps points inside the image', () => {
    expect(isInside([2, 1, 10, 40, 50], position)).toBe(true);
    expect(isInside([1, 1, 10, 40, 50], position)).toBe(false);
    expect(clampPoint([1, 1, 10, 40, 50], { t: 4, z: -3, y: 40, x: 12 })).toEqual({ t: 0, z: 0, y: 39, x: 12 });
    expect(middleOf([3, 1, 10, 41, 50])).toEqual({ t: 0, z: 5, y: 20, x: 25 });
  });

  it('tells what to read for a tile: one slice of the level, all channels', () => {
    const level = {
      shape: [2, 3, 5, 400, 600],
      chunkShape: [1, 1, 1, 256, 256],
      downsampling: [1, 1, 2, 4, 4],
    } as const;
    const tile = { level: 1, column: 1, row: 0, left: 256, top: 0, width: 256, height: 200 };
    expect(tileRoi({ ...tile, plane: { axis: 'z', t: 1, index: 7 } }, level)).toEqual({
      start: [1, 0, 3, 0, 256],
      stop: [2, 3, 4, 200, 512],
    });
    expect(tileRoi({ ...tile, height: 5, plane: { axis: 'y', t: 0, index: 399 } }, level)).toEqual({
      start: [0, 0, 0, 99, 256],
      stop: [1, 3, 5, 100, 512],
    });
    expect(tileRoi({ ...tile, left: 0, width: 5, plane: { axis: 'x', t: 0, index: 2399 } }, level)).toEqual({
      start: [0, 0, 0, 0, 599],
      stop: [1, 3, 5, 200, 600],
    });
  });
});
