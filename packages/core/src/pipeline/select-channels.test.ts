import { describe, expect, it } from 'vitest';
import type { Shape5 } from '../grid/axes.ts';
import { wholeRoi, withAxis } from '../grid/roi.ts';
import type { Tensor } from '../grid/tensor.ts';
import { caught } from '../test-doubles/caught.ts';
import { memoryImageSource } from '../testing/memory-image.ts';
import { randomTensor } from '../testing/random.ts';
import { hasEqualChannels, sampleRows, selectChannels } from './select-channels.ts';

const image = randomTensor('uint16', [2, 3, 1, 4, 5], 2);
const info = { channelNames: ['red', 'green', 'blue'] };
const channel = (t: number, c: number) => [...image.data].slice((t * 3 + c) * 20, (t * 3 + c + 1) * 20);

describe('selectChannels', () => {
  it('reads the chosen channels in the order given, and names them', async () => {
    const source = selectChannels(memoryImageSource(image, { info }), [2, 0], 'rgb.tif');
    expect(source.info.shape).toEqual([2, 2, 1, 4, 5]);
    expect(source.info.levels[0]!.shape).toEqual([2, 2, 1, 4, 5]);
    expect(source.info.channelNames).toEqual(['blue', 'red']);
    const { data, shape } = await source.read(withAxis(wholeRoi(source.info.shape), 0, 1, 2));
    expect(shape).toEqual([1, 2, 1, 4, 5]);
    expect([...data]).toEqual([...channel(1, 2), ...channel(1, 0)]);
  });

  it('reads some of the chosen channels of several time points', async () => {
    const source = selectChannels(memoryImageSource(image), [2, 0], 'rgb.tif');
    const { data } = await source.read(withAxis(wholeRoi(source.info.shape), 1, 1, 2));
    expect([...data]).toEqual([...channel(0, 0), ...channel(1, 0)]);
  });

  it('takes the first channel for gray, and the source itself for all', async () => {
    const source = memoryImageSource(image);
    expect(selectChannels(source, 'all', '')).toBe(source);
    const gray = selectChannels(source, 'gray', '');
    const { data } = await gray.read(wholeRoi(gray.info.shape));
    expect([...data]).toEqual([...channel(0, 0), ...channel(1, 0)]);
  });

  it('refuses channels that are not there, when chosen and when read', async () => {
    const error = await caught(() => selectChannels(memoryImageSource(image), [0, 3], 'rgb.tif'));
    expect(error.code).toBe('shape-mismatch');
    expect(error.message).toMatch(/rgb\.tif has channels 0 to 2; channel 3/);
    const source = selectChannels(memoryImageSource(image), [1], 'rgb.tif');
    expect((await caught(() => source.read(wholeRoi(image.shape)))).code).toBe('invalid-roi');
  });

  it('closes the image it reads from', async () => {
    const inner = memoryImageSource(image);
    await selectChannels(inner, [0], '').close();
    expect((await caught(() => inner.read(wholeRoi(image.shape)))).code).toBe('closed');
  });
});

describe('hasEqualChannels', () => {
  const rgb = (change?: (data: Uint8Array) => void): Tensor => {
    const shape: Shape5 = [1, 3, 1, 8, 9];
    const plane = randomTensor('uint8', [1, 1, 1, 8, 9], 3).data as Uint8Array;
    const data = Uint8Array.from([...plane, ...plane, ...plane]);
    change?.(data);
    return { data, shape };
  };
  it('tells a grey picture stored as RGB from a colour picture', async () => {
    expect(await hasEqualChannels(memoryImageSource(rgb()))).toBe(true);
    expect(await hasEqualChannels(memoryImageSource(rgb((data) => (data[100] = data[100]! ^ 1))))).toBe(false);
    expect(await hasEqualChannels(memoryImageSource(rgb((data) => (data[215] = data[215]! ^ 1))))).toBe(false);
  });
  it('is about three channels only', async () => {
    expect(await hasEqualChannels(memoryImageSource({ data: new Uint8Array(8), shape: [1, 2, 1, 2, 2] }))).toBe(false);
    expect(await hasEqualChannels(memoryImageSource({ data: new Uint8Array(4), shape: [1, 1, 1, 2, 2] }))).toBe(false);
  });
});

describe('sampleRows', () => {
  it('spreads whole rows of all channels over the image', () => {
    const rows = sampleRows([2, 3, 4, 100, 50], 16);
    expect(rows).toHaveLength(16);
    expect(new Set(rows.map(({ start }) => start[0]))).toEqual(new Set([0, 1]));
    for (const { start, stop } of rows) {
      expect([stop[0] - start[0], start[1], stop[1], start[4], stop[4]]).toEqual([1, 0, 3, 0, 50]);
    }
  });
  it('takes every row of a small image once', () => {
    expect(sampleRows([1, 1, 1, 5, 2]).map(({ start }) => start[3])).toEqual([0, 1, 2, 3, 4]);
  });
});
