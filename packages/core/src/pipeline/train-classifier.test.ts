import { describe, expect, it } from 'vitest';
import { caught } from '../test-doubles/caught.ts';
import { joinSamples } from './train-classifier.ts';

const rows = (count: number, featureCount: number, value: number) => ({
  featureMatrix: new Float32Array(count * featureCount).fill(value),
  classIndices: new Uint8Array(count).fill(value),
  featureCount,
  valueRange: [0, 1] as const,
});

describe('joining the rows of several images', () => {
  it('keeps them in order', () => {
    const { featureMatrix, classIndices, sampleCount } = joinSamples([rows(1, 2, 0), rows(2, 2, 1)], 2);
    expect([...featureMatrix]).toEqual([0, 0, 1, 1, 1, 1]);
    expect([...classIndices]).toEqual([0, 1, 1]);
    expect(sampleCount).toBe(3);
  });

  it('refuses images of different numbers of features instead of mixing up their columns', async () => {
    // The middle one is longer, yet what it writes too much would be overwritten by the last: nothing would be noticed.
    const error = await caught(() => joinSamples([rows(1, 2, 0), rows(1, 3, 1), rows(4, 2, 1)], 2));
    expect(error.code).toBe('shape-mismatch');
    expect(error.message).toMatch(/give 2 and 3 features.*channels/s);
  });
});
