import type { ImageSpec } from '../contracts/image-sink.ts';
import { describe, expect, it } from 'vitest';
import { checkSmallestObject } from './small-objects.ts';

const sinkOf = (shape: ImageSpec['shape']) => ({
  spec: { axes: 'zyx', shape, dtype: 'uint8', content: 'labels' } as const,
});

describe('checkSmallestObject', () => {
  it('refuses objects whose surroundings are more than 2**28 voxels, and takes those the image cuts', () => {
    // (128 + 2 * 258)³ is just below 2**28, (128 + 2 * 260)³ above.
    expect(() => checkSmallestObject(sinkOf([1, 1, 1000, 1000, 1000]), 258)).not.toThrow();
    expect(() => checkSmallestObject(sinkOf([1, 1, 1000, 1000, 1000]), 260)).toThrow(/below 260 voxels/);
    expect(() => checkSmallestObject(sinkOf([1, 1, 100, 100, 100]), 1e9)).not.toThrow();
  });
});
