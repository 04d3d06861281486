import type { ImageInfo, Shape5 } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { fileAxesOf, isChunkPlace, resolveObject, servedAxes, zarrViewOf } from './zarr-view.ts';

function image(shape: Shape5, chunkShape: Shape5, more: Partial<ImageInfo> = {}): ImageInfo {
  const levels = [{ shape, chunkShape, downsampling: [1, 1, 1, 1, 1] as const }];
  return { fileAxes: 'tzyxc', shape, dtype: 'uint16', levels, ...more };
}

const firstLevel = (shape: Shape5, chunkShape: Shape5, more?: Partial<ImageInfo>) => {
  const { chunkShape: served, slabShape } = zarrViewOf(image(shape, chunkShape, more)).levels[0]!;
  return [served, slabShape];
};

describe('the chunks of a served image', () => {
  it('are tiles of a flat one, and as many are read at once as the tile of the file has', () => {
    expect(firstLevel([1, 3, 1, 3000, 3000], [1, 3, 1, 512, 512])).toEqual([
      [1, 3, 1, 256, 256],
      [1, 3, 1, 512, 512],
    ]);
  });
  it('are tiles of a flat one in strips, which are read as wide as they are', () => {
    expect(firstLevel([1, 1, 1, 3000, 3000], [1, 1, 1, 8, 3000])).toEqual([
      [1, 1, 1, 256, 256],
      [1, 1, 1, 256, 3072],
    ]);
  });
  it('are read a few megabytes at once where a flat file is one piece', () => {
    const [, slab] = firstLevel([1, 1, 1, 9000, 9000], [1, 1, 1, 9000, 9000]);
    expect(slab).toEqual([1, 1, 1, 256, 18 * 256]);
  });
  it('are those of the file, if a volume is stored in cubes', () => {
    const cubes: Shape5 = [1, 1, 64, 64, 64];
    expect(firstLevel([5, 2, 500, 500, 500], cubes)).toEqual([
      [1, 2, 64, 64, 64],
      [1, 2, 64, 64, 64],
    ]);
  });
  it('are a few slices deep where a volume is stored in pages, which are decoded once', () => {
    expect(firstLevel([1, 1, 100, 1000, 1000], [1, 1, 1, 1000, 1000])).toEqual([
      [1, 1, 16, 128, 128],
      [1, 1, 16, 1024, 1024],
    ]);
  });
  it('are no larger than the image', () => {
    expect(firstLevel([1, 1, 3, 20, 30], [1, 1, 1, 20, 30])[0]).toEqual([1, 1, 3, 20, 30]);
  });
  it('have one channel of many', () => {
    expect(firstLevel([1, 30, 1, 20, 30], [1, 1, 1, 20, 30])[0]).toEqual([1, 1, 1, 20, 30]);
  });
});

describe('the names of chunks', () => {
  it('follow the axes that the image has, in the order of OME-Zarr', () => {
    const view = zarrViewOf(image([1, 2, 1, 600, 900], [1, 2, 1, 600, 900], { fileAxes: 'yxc' }));
    const place = resolveObject(view, '0/c/0/2/1');
    if (!place || !isChunkPlace(place)) throw new Error('no chunk');
    expect(place.roi).toEqual({ start: [0, 0, 0, 512, 256], stop: [1, 2, 1, 600, 512] });
    expect(place.slab).toEqual({ start: [0, 0, 0, 0, 0], stop: [1, 2, 1, 600, 900] });
  });
});

describe('axes', () => {
  it('are served in the order of OME-Zarr', () => expect(servedAxes('yxct')).toBe('tcyx'));
  it('that were renamed in the page are found again in the file', () => {
    expect(fileAxesOf('yxc', 'cyx')).toBe('yxc');
    expect(fileAxesOf('yxc', 'zyx')).toBe('yxz');
    expect(fileAxesOf('zyx', 'tyx')).toBe('tyx');
    expect(fileAxesOf('yxc', 'yx')).toBeUndefined();
  });
});
