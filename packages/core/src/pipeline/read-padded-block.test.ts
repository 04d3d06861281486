import { describe, expect, it } from 'vitest';
import type { Shape5 } from '../grid/axes.ts';
import type { Roi } from '../grid/roi.ts';
import { cropTensor } from '../grid/tensor.ts';
import { caught } from '../test-doubles/caught.ts';
import { memoryImageSource } from '../testing/memory-image.ts';
import { randomTensor } from '../testing/random.ts';
import { BlockArena } from './block-arena.ts';
import { readPaddedBlock } from './read-padded-block.ts';

const shape: Shape5 = [2, 2, 6, 7, 8];
const core: Roi = { start: [1, 0, 0, 3, 2], stop: [2, 1, 2, 4, 5] };

describe('readPaddedBlock', () => {
  for (const dtype of ['uint8', 'int16', 'float32', 'float64', 'uint64'] as const) {
    it(`reads ${dtype} as float32 with real context on every side the image has`, async () => {
      const image = randomTensor(dtype, shape, 6);
      const arena = new BlockArena(2 ** 16);
      const block = await readPaddedBlock(memoryImageSource(image), core, { halo: [1, 2, 1], arena, who: 'image' });
      expect(block.core).toEqual({ start: [0, 2, 1], shape: [2, 1, 3] });
      expect(block.edges).toEqual({ start: [true, false, false], stop: [false, false, false] });
      expect(block.channels).toHaveLength(2);
      for (const [c, volume] of block.channels.entries()) {
        expect(volume.shape).toEqual([3, 5, 5]);
        expect(arena.owns(volume.data)).toBe(true);
        const expected = cropTensor(image, { start: [1, c, 0, 1, 1], stop: [2, c + 1, 3, 6, 6] });
        expect([...volume.data]).toEqual(
          Array.from(expected.data as ArrayLike<number | bigint>, (v) => Math.fround(Number(v))),
        );
      }
    });
  }

  for (const value of [Number.NaN, Infinity, -Infinity]) {
    it(`names the voxel that is ${value}`, async () => {
      const image = randomTensor('float32', shape, 7);
      image.data[(((1 * 2 + 1) * 6 + 2) * 7 + 5) * 8 + 4] = value as never;
      const read = (box: Roi) =>
        readPaddedBlock(memoryImageSource(image), box, {
          halo: [1, 2, 1],
          arena: new BlockArena(2 ** 16),
          who: 'cells.npy',
        });
      const error = await caught(() => read(core));
      expect(error.code).toBe('not-finite');
      expect(error.details).toEqual({ t: 1, channel: 1, z: 2, y: 5, x: 4 });
      expect(error.message).toMatch(new RegExp(`cells.npy holds ${value} at t=1 c=1 z=2 y=5 x=4`));
      await read({ start: [0, 0, 0, 3, 2], stop: [1, 1, 2, 4, 5] });
    });
  }
});
