import type { ImageSpec, Shape5 } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { planLayout } from './layout.ts';

const specOf = (shape: Shape5, more: Partial<ImageSpec> = {}): ImageSpec => ({
  axes: 'tczyx',
  shape,
  dtype: 'uint8',
  content: 'intensity',
  ...more,
});
const plan = (shape: Shape5, more?: Partial<ImageSpec>, wishes = {}) =>
  planLayout(specOf(shape, more), wishes, 'a.zarr');
const finest = (...args: Parameters<typeof plan>) => plan(...args).levels[0]!;

describe('chunks and units', () => {
  it.each<[string, Shape5, Shape5, Shape5]>([
    ['a volume', [1, 1, 256, 2048, 2048], [1, 1, 64, 64, 64], [1, 1, 128, 128, 128]],
    ['a flat image', [1, 1, 1, 9000, 9000], [1, 1, 1, 512, 512], [1, 1, 1, 2048, 2048]],
    ['a thin stack', [1, 1, 5, 4000, 4000], [1, 1, 5, 256, 256], [1, 1, 5, 1024, 1024]],
    ['a small image', [1, 1, 1, 100, 700], [1, 1, 1, 100, 512], [1, 1, 1, 100, 1024]],
    ['channels in a unit, times apart', [9, 3, 100, 100, 100], [1, 1, 64, 64, 64], [1, 3, 128, 128, 128]],
  ])('of %s', (_, shape, chunkShape, unitShape) => {
    expect(finest(shape)).toMatchObject({ chunkShape, unitShape });
  });

  it('shrink until a unit fits 64 MiB, but never below a chunk', () => {
    // 2048² × 4 B = 16 MiB per channel: 8 channels need half of it along one axis.
    expect(finest([1, 8, 1, 4096, 4096], { dtype: 'float32' }).unitShape).toEqual([1, 8, 1, 1024, 2048]);
    expect(finest([1, 500, 1, 4096, 4096], { dtype: 'float64' }).unitShape).toEqual([1, 500, 1, 512, 512]);
  });

  it('can be asked for', () => {
    const wishes = { chunkShape: [1, 2, 8, 8, 8], shardShape: [1, 2, 16, 32, 8] } as const;
    const found = finest([1, 3, 100, 100, 5], {}, wishes);
    expect(found).toMatchObject({ chunkShape: [1, 2, 8, 8, 5], unitShape: [1, 4, 16, 32, 5] });
    expect(plan([1, 1, 9, 9, 9], {}, { version: 2, compression: 'gzip' })).toMatchObject({
      version: 2,
      compression: 'gzip',
    });
  });

  it.each([
    ['a version', { version: 4 }, '4'],
    ['a compression', { compression: 'lzma' }, 'lzma'],
    ['a chunk', { chunkShape: [1, 1, 0, 8, 8] }, '1, 1, 0, 8, 8'],
    ['a shard', { chunkShape: [1, 1, 8, 8, 8], shardShape: [1, 1, 8, 8, 12] }, '1, 1, 8, 8, 12'],
  ])('refuse %s that makes no sense', (_, wishes, named) => {
    const refusal = expect.objectContaining({ code: 'unsupported', message: expect.stringContaining(named) });
    expect(() => plan([1, 1, 9, 9, 9], {}, wishes)).toThrowError(refusal);
  });
});

describe('axes', () => {
  it('are those asked for, in the order of OME-Zarr', () => {
    expect(plan([1, 2, 1, 9, 9], { axes: 'yxc' }).axes).toBe('cyx');
    expect(plan([1, 1, 1, 9, 9], { axes: 'xytzc' }).axes).toBe('tczyx');
  });
  it('must hold the whole image', () => {
    expect(() => plan([1, 2, 3, 9, 9], { axes: 'zyx' })).toThrowError(expect.objectContaining({ code: 'unsupported' }));
  });
});

describe('levels', () => {
  const shapes = (shape: Shape5, more?: Partial<ImageSpec>) => plan(shape, more).levels.map((level) => level.shape);
  const micrometers = (z: number, yx: number) => ({ voxelSize: { unit: 'micrometer', z, y: yx, x: yx } });

  it('halve the plane until it fits one chunk', () => {
    expect(shapes([1, 2, 1, 1500, 2001])).toEqual([
      [1, 2, 1, 1500, 2001],
      [1, 2, 1, 750, 1001],
      [1, 2, 1, 375, 501],
    ]);
  });

  it('keep voxels about isotropic where their size is known', () => {
    // z is 4 times as long: it waits for two levels.
    const found = plan([1, 1, 100, 512, 512], micrometers(2, 0.5)).levels;
    expect(found.map((level) => level.downsampling.slice(2))).toEqual([
      [1, 1, 1],
      [1, 2, 2],
      [1, 4, 4],
      [2, 8, 8],
    ]);
    expect(found.at(-1)!.shape).toEqual([1, 1, 50, 64, 64]);
  });

  it('halve z while it is longer than a chunk where sizes are unknown or senseless', () => {
    const expected = [
      [1, 1, 200, 512, 512],
      [1, 1, 100, 256, 256],
      [1, 1, 50, 128, 128],
      [1, 1, 50, 64, 64],
    ];
    expect(shapes([1, 1, 200, 512, 512])).toEqual(expected);
    expect(shapes([1, 1, 200, 512, 512], micrometers(0, Number.NaN))).toEqual(expected);
  });
});
