import { createTensor, cropTensor, type ImageLevel, type Roi, type Shape5 } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { displayLevels, readDisplayLevel, shrinkTensor } from './display-levels.ts';

const level = (shape: Shape5, factor = 1): ImageLevel => ({
  shape,
  chunkShape: [1, 1, 1, 256, 256],
  downsampling: [1, 1, 1, factor, factor],
});

describe('levels to show', () => {
  it('are the image’s own if it is small, or has a small level', () => {
    const small = [level([1, 3, 1, 1000, 1024])];
    expect(displayLevels(small)).toEqual([{ level: small[0], from: 0, shrink: 1 }]);
    const pyramid = [level([1, 1, 1, 4000, 4000]), level([1, 1, 1, 1000, 1000], 4)];
    expect(displayLevels(pyramid).length).toBe(2);
  });

  it('are continued by halves until one fits a screen', () => {
    const shown = displayLevels([level([2, 3, 5, 4096, 3001])]);
    expect(shown.map(({ level: { shape } }) => shape)).toEqual([
      [2, 3, 5, 4096, 3001],
      [2, 3, 5, 2048, 1501],
      [2, 3, 5, 1024, 751],
    ]);
    expect(shown.map(({ shrink }) => shrink)).toEqual([1, 2, 4]);
    expect(shown[2]!.level.downsampling).toEqual([1, 1, 1, 4, 4]);
  });

  it('go on below the coarsest level, but not beyond an eighth of it', () => {
    const shown = displayLevels([level([1, 1, 1, 80_000, 80_000]), level([1, 1, 1, 40_000, 40_000], 2)]);
    expect(shown.map(({ from, shrink }) => [from, shrink])).toEqual([
      [0, 1],
      [1, 1],
      [1, 2],
      [1, 4],
      [1, 8],
    ]);
    expect(shown.at(-1)!.level.downsampling).toEqual([1, 1, 1, 16, 16]);
  });

  it('shrink by averaging a voxel of each quarter, and round', () => {
    const values = Uint8Array.of(0, 10, 50, 1, 20, 31, 51, 2, 7, 8, 9, 9); // 3 rows of 4
    const { data, shape } = shrinkTensor(createTensor(values, [1, 1, 1, 3, 4]), 2);
    expect(shape).toEqual([1, 1, 1, 2, 2]);
    // (0 + 10 + 20 + 31) / 4 = 15.25; (50 + 1 + 51 + 2) / 4 = 26; the last row stands for both: 7.5 → 8 and 9
    expect([...data]).toEqual([15, 26, 8, 9]);
    expect([...shrinkTensor(createTensor(Float32Array.of(1, 2, 3, 5), [1, 1, 1, 2, 2]), 2).data]).toEqual([2.75]);
    expect([...shrinkTensor(createTensor(BigInt64Array.of(-4n, 8n), [1, 1, 1, 1, 2]), 2).data]).toEqual([2n]);
  });

  it('are read from the box of the own level that lies under them', async () => {
    const image = createTensor(
      Uint16Array.from({ length: 2100 * 3 }, (_, i) => i),
      [1, 1, 1, 3, 2100],
    );
    const asked: Roi[] = [];
    const read = readDisplayLevel(
      async (roi) => (asked.push(roi), cropTensor(image, roi)),
      displayLevels([level(image.shape)]),
    );
    const { signal } = new AbortController();
    const tensor = await read({ start: [0, 0, 0, 0, 1024], stop: [0 + 1, 1, 1, 2, 1050] }, 1, signal);
    expect(asked).toEqual([{ start: [0, 0, 0, 0, 2048], stop: [1, 1, 1, 3, 2100] }]);
    expect(tensor.shape).toEqual([1, 1, 1, 2, 26]);
    expect(tensor.data[0]).toBe(Math.round((2048 + 2049 + 4148 + 4149) / 4));
    await read({ start: [0, 0, 0, 1, 5], stop: [1, 1, 1, 2, 9] }, 0, signal);
    expect(asked[1]).toEqual({ start: [0, 0, 0, 1, 5], stop: [1, 1, 1, 2, 9] });
  });
});
