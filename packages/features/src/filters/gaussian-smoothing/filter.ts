import type { PixelFilter } from '@brushwood/core';
import { haloWithPresmoothing, ordersAlong, stageTwoRadius, stageTwoSigma } from '../stage-two.ts';

/**
 * The block, smoothed by a Gaussian. Up to σ = 1 it is smoothed twice at σ, above once to σ in all, as in ilastik.
 * Unit: intensity. Border: every pass mirrors its own input at image edges without repeating the edge voxel.
 * Reference: ilastik's `GaussianSmoothing`, spec §A.3; 1e-3 absolute on data of range 255.
 */
export const gaussianSmoothing: PixelFilter = {
  id: 'GaussianSmoothing',
  displayName: 'Gaussian Smoothing',
  group: 'Color/Intensity',
  minimumSigma: 0.3,
  halo: (sigma) => haloWithPresmoothing(sigma, stageTwoRadius(stageTwoSigma(sigma))),
  planes: () => ['smoothed'],
  apply(input, sigma, out) {
    input.kernels.crop(input.derivative(ordersAlong(), stageTwoSigma(sigma)), input.core, out);
  },
};
