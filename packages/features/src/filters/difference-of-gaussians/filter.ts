import type { PixelFilter } from '@brushwood/core';
import { haloWithPresmoothing, ordersAlong, stageTwoRadius, stageTwoSigma } from '../stage-two.ts';

/** σ of the Gaussian that is subtracted, relative to the other. */
const innerRatio = 0.66;

/**
 * The presmoothed block smoothed at s = min(σ, 1), minus the same at 0.66 s: a band of sizes around σ.
 * Unit: intensity. Border: every pass mirrors its own input at image edges without repeating the edge voxel.
 * Reference: ilastik's `DifferenceOfGaussians`, spec §A.3; 1e-3 absolute on data of range 255.
 */
export const differenceOfGaussians: PixelFilter = {
  id: 'DifferenceOfGaussians',
  displayName: 'Difference of Gaussians',
  group: 'Edge',
  minimumSigma: 0.7,
  halo: (sigma) => haloWithPresmoothing(sigma, stageTwoRadius(stageTwoSigma(sigma))),
  planes: () => ['difference'],
  apply(input, sigma, out) {
    const outer = input.derivative(ordersAlong(), stageTwoSigma(sigma));
    const inner = input.derivative(ordersAlong(), innerRatio * stageTwoSigma(sigma));
    input.kernels.subtract(outer, inner, input.core, out);
  },
};
