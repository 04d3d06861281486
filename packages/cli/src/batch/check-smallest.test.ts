import type { ImageSpec } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { checkSmallest } from './check-smallest.ts';

const sinkOf = (shape: ImageSpec['shape']) => ({
  spec: { axes: 'zyx', shape, dtype: 'uint8', content: 'labels' } as const,
});

describe('checkSmallest', () => {
  it('refuses objects whose surroundings are more than 2**28 voxels, and takes those the image cuts', () => {
    // (128 + 2 * 258)³ is just below 2**28, (128 + 2 * 260)³ above.
    expect(() => checkSmallest(sinkOf([1, 1, 1000, 1000, 1000]), 258)).not.toThrow();
    expect(() => checkSmallest(sinkOf([1, 1, 1000, 1000, 1000]), 260)).toThrow(/--min-object 260/);
    expect(() => checkSmallest(sinkOf([1, 1, 100, 100, 100]), 1e9)).not.toThrow();
  });
});
