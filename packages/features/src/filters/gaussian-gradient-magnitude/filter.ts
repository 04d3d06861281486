import type { PixelFilter } from '@brushwood/core';
import { filteredAxes, haloWithPresmoothing, ordersAlong, stageTwoRadius, stageTwoSigma } from '../stage-two.ts';

/**
 * Length of the gradient: how steep the intensity is, whatever the direction.
 * Unit: intensity / voxel. Border: every pass mirrors its own input at image edges without repeating the edge voxel.
 * Reference: ilastik's `GaussianGradientMagnitude`, spec §A.3; 1e-3 absolute on data of range 255.
 */
export const gaussianGradientMagnitude: PixelFilter = {
  id: 'GaussianGradientMagnitude',
  displayName: 'Gaussian Gradient Magnitude',
  group: 'Edge',
  minimumSigma: 0.7,
  halo: (sigma) => haloWithPresmoothing(sigma, stageTwoRadius(stageTwoSigma(sigma))),
  planes: () => ['gradient magnitude'],
  apply(input, sigma, out) {
    const gradient = filteredAxes(input.rank).map((axis) => input.derivative(ordersAlong(axis), stageTwoSigma(sigma)));
    input.kernels.magnitude(gradient, input.core, out);
  },
};
