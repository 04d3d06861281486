import type { ImageSpec } from '../contracts/image-sink.ts';
import { describe, expect, it } from 'vitest';
import { checkSmallestObject } from './small-objects.ts';

const sinkOf = (shape: ImageSpec['shape']) => ({
  spec: { axes: 'zyx', shape, dtype: 'uint8', content: 'labels' } as const,
});

describe('checkSmallestObject', () => {
  it('refuses objects whose surroundings need more than 2 GiB, and takes those the image cuts', () => {
    // 38 bytes a voxel: (128 + 2 * 120)³ are 1.76 GiB, (128 + 2 * 128)³ are 2.004.
    expect(() => checkSmallestObject(sinkOf([1, 1, 1000, 1000, 1000]), 120)).not.toThrow();
    expect(() => checkSmallestObject(sinkOf([1, 1, 1000, 1000, 1000]), 128)).toThrow(/below 128 voxels/);
    expect(() => checkSmallestObject(sinkOf([1, 1, 100, 100, 100]), 1e9)).not.toThrow();
  });
});
