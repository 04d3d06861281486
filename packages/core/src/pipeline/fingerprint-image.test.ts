import { describe, expect, it } from 'vitest';
import type { Tensor } from '../grid/tensor.ts';
import { memoryImageSource } from '../testing/memory-image.ts';
import { randomTensor } from '../testing/random.ts';
import { fingerprintImage } from './fingerprint-image.ts';

const of = (tensor: Tensor) => fingerprintImage(memoryImageSource(tensor));

describe('fingerprintImage', () => {
  it('is the same for a copy, whatever its chunks', async () => {
    const image = randomTensor('uint16', [1, 2, 3, 20, 30], 4);
    const copy = memoryImageSource({ ...image, data: image.data.slice() }, { chunkShape: [1, 1, 1, 8, 8] });
    expect(await fingerprintImage(copy)).toBe(await of(image));
  });

  it('names shape and type and ends in a hash', async () => {
    expect(await of(randomTensor('uint8', [1, 1, 1, 4, 5], 4))).toMatch(/^1x1x1x4x5 uint8 [0-9a-f]{16}$/);
  });

  it('differs for another image, another shape, another type and one changed voxel', async () => {
    const image = randomTensor('uint8', [1, 1, 1, 12, 10], 4);
    const changed = image.data.slice() as Uint8Array;
    changed[57] = changed[57]! ^ 1;
    const others: Tensor[] = [
      randomTensor('uint8', image.shape, 5),
      { data: image.data, shape: [1, 1, 1, 10, 12] },
      { data: new Int8Array(image.data.buffer as ArrayBuffer), shape: image.shape },
      { data: changed, shape: image.shape },
    ];
    const prints = await Promise.all([image, ...others].map(of));
    expect(new Set(prints).size).toBe(5);
  });
});
