import { describe, expect, it } from 'vitest';
import { histogramOf, otsuThreshold } from './histogram.ts';

describe('histogramOf', () => {
  it('counts values in bins of equal width, the highest in the last', () => {
    const parts = [Float64Array.of(0, 1, 2, Number.NaN), Float64Array.of(3, 4, Infinity)];
    expect(histogramOf(parts, 4)).toEqual({ low: 0, high: 4, counts: [1, 1, 1, 2] });
  });

  it('knows nothing of nothing, and one bin of a constant image', () => {
    expect(histogramOf([new Float64Array(0)], 4)).toBeUndefined();
    expect(histogramOf([Float64Array.of(7, 7)], 3)).toEqual({ low: 7, high: 7, counts: [2, 0, 0] });
  });
});

describe('otsuThreshold', () => {
  it('lies in the middle of the gap between two groups', () => {
    // bins are 10 wide: dark ones in the first two, bright ones in the last two of ten
    expect(otsuThreshold({ low: 0, high: 100, counts: [50, 50, 0, 0, 0, 0, 0, 0, 20, 20] })).toBe(50);
  });

  it('is not drawn to the larger group', () => {
    expect(otsuThreshold({ low: 0, high: 10, counts: [1000, 0, 0, 0, 0, 0, 0, 0, 0, 3] })).toBe(5);
  });
});
