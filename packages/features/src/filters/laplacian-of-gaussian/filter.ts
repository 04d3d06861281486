import type { PixelFilter } from '@brushwood/core';
import { filteredAxes, haloWithPresmoothing, ordersAlong, stageTwoRadius, stageTwoSigma } from '../stage-two.ts';

/**
 * Sum of the second derivatives along the filtered axes: negative on bright blobs, positive on dark ones, zero on edges.
 * Unit: intensity / voxel². Border: every pass mirrors its own input at image edges without repeating the edge voxel.
 * Reference: ilastik's `LaplacianOfGaussian`, spec §A.3; 1e-3 absolute on data of range 255.
 * Source: Marr & Hildreth, "Theory of edge detection", Proc. R. Soc. Lond. B 207, 1980.
 */
export const laplacianOfGaussian: PixelFilter = {
  id: 'LaplacianOfGaussian',
  displayName: 'Laplacian of Gaussian',
  group: 'Edge',
  minimumSigma: 0.7,
  halo: (sigma) => haloWithPresmoothing(sigma, stageTwoRadius(stageTwoSigma(sigma))),
  planes: () => ['Laplacian'],
  apply(input, sigma, out) {
    const second = filteredAxes(input.rank).map((axis) =>
      input.derivative(ordersAlong(axis, axis), stageTwoSigma(sigma)),
    );
    input.kernels.sum(second, input.core, out);
  },
};
