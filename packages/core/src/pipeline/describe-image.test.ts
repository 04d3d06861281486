import { describe, expect, it } from 'vitest';
import type { Tensor } from '../grid/tensor.ts';
import { caught } from '../test-doubles/caught.ts';
import { memoryImageSource } from '../testing/memory-image.ts';
import { randomTensor } from '../testing/random.ts';
import { describeImage } from './describe-image.ts';
import { fingerprintImage } from './fingerprint-image.ts';

const color = randomTensor('uint8', [1, 3, 1, 6, 7], 1);
const plane = [...(randomTensor('uint8', [1, 1, 1, 6, 7], 2).data as Uint8Array)];
const gray: Tensor = { data: Uint8Array.from([...plane, ...plane, ...plane]), shape: color.shape };
const describeTensor = (tensor: Tensor, more = {}) =>
  describeImage([], { path: 'cells', tensor }, { nickname: 'cells', storage: 'absolute', ...more });

describe('describeImage', () => {
  it('writes down shape, type, axes and content of an image', async () => {
    const { reference, isGrayRgb } = await describeTensor(color);
    expect(reference).toMatchObject({
      nickname: 'cells',
      storage: 'absolute',
      axes: 'cyx',
      shape: color.shape,
      dtype: 'uint8',
      channels: 'all',
      fingerprint: await fingerprintImage(memoryImageSource(color)),
    });
    expect(isGrayRgb).toBe(false);
  });

  it('tells a grey picture stored as RGB, until it is used as grey', async () => {
    expect((await describeTensor(gray)).isGrayRgb).toBe(true);
    const asGray = await describeTensor(gray, { channels: 'gray' });
    expect([asGray.isGrayRgb, asGray.reference.channels]).toEqual([false, 'gray']);
  });

  it('refuses to use a colour picture as grey, and channels that are not there', async () => {
    const error = await caught(() => describeTensor(color, { channels: 'gray' }));
    expect(error.code).toBe('shape-mismatch');
    expect(error.message).toMatch(/channel\(s\) that differ.*--channels 0/);
    for (const channels of [[3], [], [-1], [0.5]]) {
      expect((await caught(() => describeTensor(color, { channels }))).code).toBe('shape-mismatch');
    }
    expect((await describeTensor(color, { channels: [2, 0] })).reference.channels).toEqual([2, 0]);
  });
});
