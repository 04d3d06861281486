import { describe, expect, it } from 'vitest';
import {
  gaussianRadius,
  gaussianTaps,
  GaussianTapsCache,
  presmoothingRadius,
  presmoothingSigma,
  presmoothingWindow,
  stageTwoWindow,
} from './gaussian-taps.ts';

/** The answer at x = 0 to a function of x. */
function answer({ values, isOdd }: ReturnType<typeof gaussianTaps>, f: (x: number) => number): number {
  let total = values[0]! * f(0);
  for (let j = 1; j < values.length; j++) total += values[j]! * (f(j) + (isOdd ? -1 : 1) * f(-j));
  return total;
}

describe('radii (table of spec §A.5)', () => {
  // S, σ and radius of presmoothing, radii of stage two at s, 0.66 s and 0.5 s
  const table: [number, number, number, number, number, number][] = [
    [0.3, 0.3, 1, 1, 0, 0],
    [0.7, 0.7, 2, 1, 1, 1],
    [1.0, 1.0, 4, 2, 1, 1],
    [1.6, 1.249, 4, 2, 1, 1],
    [3.5, 3.3541, 12, 2, 1, 1],
    [5.0, 4.899, 17, 2, 1, 1],
    [10, 9.9499, 35, 2, 1, 1],
  ];
  for (const [sigma, pre, radius, ...stageTwo] of table) {
    it(`fit for σ = ${sigma}`, () => {
      expect(presmoothingSigma(sigma)).toBeCloseTo(pre, 4);
      expect(presmoothingRadius(sigma)).toBe(radius);
      const s = Math.min(sigma, 1);
      expect([s, 0.66 * s, 0.5 * s].map((value) => gaussianRadius(value, stageTwoWindow))).toEqual(stageTwo);
    });
  }
});

describe('taps', () => {
  const sigmas = [0.3, 0.5, 0.66, 0.7, 1.0, 1.249, 3.3541, 9.9499];
  for (const window of [presmoothingWindow, stageTwoWindow]) {
    for (const sigma of sigmas.filter((value) => gaussianRadius(value, window) > 0)) {
      it(`answer 1, x and x²/2 with exactly 1, and lower powers with 0, at σ = ${sigma}, window ${window}`, () => {
        const [smooth, first, second] = [0, 1, 2].map((order) => gaussianTaps(order, sigma, window));
        expect(answer(smooth!, () => 1)).toBeCloseTo(1, 6);
        expect(answer(first!, (x) => x)).toBeCloseTo(1, 6);
        expect(answer(first!, () => 1)).toBe(0);
        expect(answer(second!, (x) => (x * x) / 2)).toBeCloseTo(1, 6);
        expect(answer(second!, () => 1)).toBeCloseTo(0, 6);
        expect(answer(second!, (x) => x)).toBeCloseTo(0, 6);
      });
    }
  }

  it('are those one gets by hand at σ = 1, window 2', () => {
    // With a = e^(−1/2) = 0.60653066 and b = e^(−2) = 0.13533528, radius 2:
    // order 0: (1, a, b) / (1 + 2a + 2b)
    // order 1: (0, a, 2b) / 2(a + 4b)
    // order 2: (−1, 0, 3b) less its mean m = (6b − 1)/5, over −m + 4(3b − m)
    const expected = [
      [0.40261995, 0.24420134, 0.05448868],
      [0, 0.2641979, 0.11790105],
      [-0.53112369, 0.02074913, 0.24481272],
    ];
    expected.forEach((values, order) => {
      const taps = gaussianTaps(order, 1, 2);
      expect(taps.isOdd).toBe(order === 1);
      expect(taps.values).toHaveLength(3);
      values.forEach((value, j) => expect(taps.values[j]).toBeCloseTo(value, 6));
    });
  });

  it('are those one gets by hand at σ = 0.7, window 2', () => {
    // e^(−1/0.98) = 0.36044779, radius 1: smoothing (1, a)/(1 + 2a); differences (f₁ − f₋₁)/2 and f₁ − 2f₀ + f₋₁.
    const [smooth, first, second] = [0, 1, 2].map((order) => [...gaussianTaps(order, 0.7, 2).values]);
    expect(smooth![0]).toBeCloseTo(0.58109, 4);
    expect(smooth![1]).toBeCloseTo(0.20945, 4);
    expect(first).toEqual([0, 0.5]);
    expect(second![0]).toBeCloseTo(-2, 6);
    expect(second![1]).toBeCloseTo(1, 6);
  });

  it('are the identity where the radius is 0, for derivatives too', () => {
    for (const order of [0, 1, 2]) {
      const taps = gaussianTaps(order, 0.15, stageTwoWindow);
      expect([...taps.values]).toEqual([1]);
      expect(taps.isOdd).toBe(false);
    }
  });
});

describe('GaussianTapsCache', () => {
  it('makes the taps of each order, sigma and window once', () => {
    const cache = new GaussianTapsCache();
    const first = cache.get(1, 1.6, stageTwoWindow);
    expect(cache.get(1, 1.6, stageTwoWindow)).toBe(first);
    for (const [order, sigma, window] of [
      [0, 1.6, 2],
      [1, 1, 2],
      [1, 1.6, 3.5],
    ] as const) {
      expect(cache.get(order, sigma, window)).toEqual(gaussianTaps(order, sigma, window));
      expect(cache.get(order, sigma, window)).not.toEqual(first);
    }
  });
});
