import type { PixelFilter } from '../contracts/pixel-filter.ts';
import { presmoothingRadius } from '../pipeline/gaussian-taps.ts';

/** Gaussian smoothing in two stages: reaches stage two's radius, at most 2. */
const smoothing: PixelFilter = {
  id: 'smoothing',
  displayName: 'Smoothing',
  group: 'Color/Intensity',
  minimumSigma: 0.3,
  halo: (sigma) => presmoothingRadius(sigma) + 2,
  planes: () => ['value'],
  apply(input, sigma, out) {
    input.kernels.crop(input.derivative([0, 0, 0], Math.min(sigma, 1)), input.core, out);
  },
};

/** Length of the gradient. */
const gradient: PixelFilter = {
  id: 'gradient',
  displayName: 'Gradient',
  group: 'Edge',
  minimumSigma: 0.7,
  halo: (sigma) => presmoothingRadius(sigma) + 2,
  planes: () => ['value'],
  apply(input, sigma, out) {
    const s = Math.min(sigma, 1);
    const axes = input.rank === 3 ? [0, 1, 2] : [1, 2];
    const parts = axes.map((axis) => input.derivative(unit(axis), s));
    input.kernels.magnitude(parts, input.core, out);
  },
};

/** Eigenvalues of the smoothed products of derivatives: works on volumes of its own, whose borders mirror too. */
const tensor: PixelFilter = {
  id: 'tensor',
  displayName: 'Tensor',
  group: 'Texture',
  minimumSigma: 0.7,
  halo: (sigma) => presmoothingRadius(sigma) + 3,
  planes: (rank) => (rank === 3 ? ['0', '1', '2'] : ['0', '1']),
  apply(input, sigma, out) {
    const s = Math.min(sigma, 1);
    const axes = input.rank === 3 ? [0, 1, 2] : [1, 2];
    const derivatives = axes.map((axis) => input.derivative(unit(axis), s / 2));
    const entries = derivatives.flatMap((a, i) =>
      derivatives.slice(i).map((b) => {
        const product = input.scratch();
        input.kernels.multiply(a, b, product);
        const smooth = input.smooth(product, s);
        input.recycle(product);
        return smooth;
      }),
    );
    input.kernels.eigenvalues(entries, input.core, out);
    for (const entry of entries) input.recycle(entry);
  },
};

function unit(axis: number): readonly [number, number, number] {
  return [axis === 0 ? 1 : 0, axis === 1 ? 1 : 0, axis === 2 ? 1 : 0];
}

/** A made-up set that uses every part of `FilterInput`. */
export const fakeFilters: readonly PixelFilter[] = [smoothing, gradient, tensor];
