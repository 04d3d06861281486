import type { HalfTaps } from '../contracts/filter-engine.ts';

/** Window ratio of stage one (presmoothing) and of stage two (spec §A.3). */
export const presmoothingWindow = 3.5;
export const stageTwoWindow = 2.0;

/** Half width of a kernel of any order: `floor(window · σ + 0.5)` (spec §A.5). 0 makes the pass the identity. */
export function gaussianRadius(sigma: number, window: number): number {
  return Math.floor(window * sigma + 0.5);
}

/** σ of stage one for the user's σ: what is left for stage two is 1, or σ again if σ ≤ 1. */
export function presmoothingSigma(sigma: number): number {
  return sigma > 1 ? Math.sqrt(sigma * sigma - 1) : sigma;
}

export function presmoothingRadius(sigma: number): number {
  return gaussianRadius(presmoothingSigma(sigma), presmoothingWindow);
}

/**
 * Taps of a sampled Gaussian or its derivative, normalised so that the answer to 1, x or x²/2 is exactly 1.
 * Samples are rounded to float32 before the normaliser, a sum in double, is applied.
 * @param order 0, 1 or 2
 * Source: spec §A.5.
 */
export function gaussianTaps(order: number, sigma: number, window: number): HalfTaps {
  const radius = gaussianRadius(sigma, window);
  if (radius === 0) return { values: Float32Array.of(1), isOdd: false };
  const offsets = Array.from({ length: radius + 1 }, (_, x) => x);
  const bell = (x: number) => Math.exp(-0.5 * (x / sigma) ** 2) / Math.sqrt(2 * Math.PI);
  if (order === 0) {
    const samples = Float32Array.from(offsets, (x) => bell(x) / sigma);
    return { values: scale(samples, samples[0]! + 2 * sumFrom1(samples, () => 1)), isOdd: false };
  }
  if (order === 1) {
    const samples = Float32Array.from(offsets, (x) => (x * bell(x)) / sigma ** 3);
    return { values: scale(samples, 2 * sumFrom1(samples, (x) => x)), isOdd: true };
  }
  const samples = Float32Array.from(offsets, (x) => (((x / sigma) ** 2 - 1) * bell(x)) / sigma ** 3);
  const mean = (samples[0]! + 2 * sumFrom1(samples, () => 1)) / (2 * radius + 1);
  const centred = samples.map((value) => value - mean);
  return {
    values: scale(
      centred,
      sumFrom1(centred, (x) => x * x),
    ),
    isOdd: false,
  };
}

/** Remembers taps: filters ask for the same few kernels on every block. */
export class GaussianTapsCache {
  private readonly known = new Map<string, HalfTaps>();

  /** See `gaussianTaps`. `window` is one of the two of spec §A.3. */
  get(order: number, sigma: number, window: number): HalfTaps {
    const key = `${order} ${sigma} ${window}`;
    const taps = this.known.get(key) ?? gaussianTaps(order, sigma, window);
    this.known.set(key, taps);
    return taps;
  }
}

function sumFrom1(samples: Float32Array, weight: (x: number) => number): number {
  let total = 0;
  for (let x = 1; x < samples.length; x++) total += samples[x]! * weight(x);
  return total;
}

function scale(samples: Float32Array, divisor: number): Float32Array {
  return samples.map((value) => value / divisor);
}
