import type { PixelFilter } from '../contracts/pixel-filter.ts';
import { gaussianRadius, presmoothingRadius, stageTwoWindow } from '../pipeline/gaussian-taps.ts';

/** A small filter for tests of what uses filters: two-stage Gaussian smoothing, and its square. */
export const smoothingFilter: PixelFilter = {
  id: 'smoothing',
  displayName: 'Smoothing',
  group: 'Test',
  minimumSigma: 0.3,
  halo: (sigma) => presmoothingRadius(sigma) + gaussianRadius(Math.min(sigma, 1), stageTwoWindow),
  planes: () => ['mean', 'square'],
  apply(input, sigma, out) {
    const smoothed = input.derivative([0, 0, 0], Math.min(sigma, 1));
    const half = out.length / 2;
    input.kernels.crop(smoothed, input.core, out.subarray(0, half));
    const square = input.scratch();
    input.kernels.multiply(smoothed, smoothed, square);
    input.kernels.crop(square, input.core, out.subarray(half));
    input.recycle(square);
  },
};
