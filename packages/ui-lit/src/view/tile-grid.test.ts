import { describe, expect, it } from 'vitest';
import { fittingLevel, nearestTiles, tileBox, tileKey, tilesInBox } from './tile-grid.ts';

const levels = [0, 1, 2, 3].map((level) => ({
  shape: [1, 1, 1, Math.ceil(1000 / 2 ** level), Math.ceil(2000 / 2 ** level)] as const,
  chunkShape: [1, 1, 1, 256, 256] as const,
  downsampling: [1, 1, 1, 2 ** level, 2 ** level] as const,
}));
const plane = { axis: 'z', t: 0, index: 0 } as const;

describe('tile grid', () => {
  it('takes the coarsest level that has a pixel for each pixel of the screen', () => {
    const chosen = [4, 1, 0.99, 0.51, 0.5, 0.3, 0.25, 0.2, 0.125, 0.01].map((scale) =>
      fittingLevel(levels, 'z', scale),
    );
    expect(chosen).toEqual([0, 0, 0, 0, 1, 1, 2, 2, 3, 3]);
  });

  it('looks at the axes of the slice alone', () => {
    const thick = [levels[0]!, { ...levels[0]!, downsampling: [1, 1, 1, 4, 4] as const }];
    expect(fittingLevel(thick, 'z', 0.25)).toBe(1);
    expect(fittingLevel(thick, 'y', 0.5)).toBe(0); // x is still 4 times coarser
  });

  it('finds the tiles that touch a box, and no more', () => {
    const found = (left: number, top: number, right: number, bottom: number) =>
      tilesInBox({ plane, levels, level: 0 }, { left, top, right, bottom }).map(
        ({ column, row }) => `${column},${row}`,
      );
    expect(found(0, 0, 256, 256)).toEqual(['0,0']);
    expect(found(255, 0, 257, 256)).toEqual(['0,0', '1,0']);
    expect(found(256, 255, 512, 257)).toEqual(['1,0', '1,1']);
    expect(found(1800, 900, 9000, 9000)).toEqual(['7,3']);
    expect(found(500, 0, 400, 100)).toEqual([]);
  });

  it('cuts the last tiles at the end of the level', () => {
    const [tile] = tilesInBox({ plane, levels, level: 1 }, { left: 1999, top: 999, right: 2000, bottom: 1000 });
    expect(tile).toMatchObject({ column: 3, row: 1, left: 768, top: 256, width: 232, height: 244 });
    expect(tileBox(tile!, levels)).toEqual({ left: 1536, top: 512, right: 2000, bottom: 1000 });
  });

  it('asks for the nearest first and not for more than allowed', () => {
    const all = tilesInBox({ plane, levels, level: 0 }, { left: 0, top: 0, right: 2000, bottom: 1000 });
    const near = nearestTiles(all, levels, { u: 700, v: 600 }, 3);
    expect(near.map(({ column, row }) => [column, row])).toEqual([
      [2, 2], // its middle lies at 640, 640
      [3, 2], // 896, 640: 200 away
      [2, 1], // 640, 384: 224 away
    ]);
  });

  it('gives slices of one coarse slab the same tiles', () => {
    const slabs = [{ ...levels[0]!, downsampling: [1, 1, 4, 1, 1] as const }];
    const key = (index: number) =>
      tileKey(
        { plane: { axis: 'z', t: 0, index }, level: 0, column: 0, row: 0, left: 0, top: 0, width: 1, height: 1 },
        slabs,
      );
    expect(key(4)).toBe(key(7));
    expect(key(4)).not.toBe(key(8));
  });
});
