import type { PixelFilter } from '@brushwood/core';
import {
  eigenvaluePlanes,
  haloWithPresmoothing,
  ordersAlong,
  stageTwoRadius,
  stageTwoSigma,
  upperTriangle,
} from '../stage-two.ts';

/**
 * Eigenvalues of the matrix of second derivatives, largest (signed) first: one strongly negative value marks a bright
 * sheet (in 2-D a line), two a bright tube, three a bright blob.
 * Unit: intensity / voxel². Border: every pass mirrors its own input at image edges without repeating the edge voxel.
 * Reference: ilastik's `HessianOfGaussianEigenvalues`, spec §A.3 and §A.6; in 3-D exact where ilastik is approximate.
 */
export const hessianOfGaussianEigenvalues: PixelFilter = {
  id: 'HessianOfGaussianEigenvalues',
  displayName: 'Hessian of Gaussian Eigenvalues',
  group: 'Texture',
  minimumSigma: 0.7,
  halo: (sigma) => haloWithPresmoothing(sigma, stageTwoRadius(stageTwoSigma(sigma))),
  planes: eigenvaluePlanes,
  apply(input, sigma, out) {
    const hessian = upperTriangle(input.rank).map((axes) =>
      input.derivative(ordersAlong(...axes), stageTwoSigma(sigma)),
    );
    input.kernels.eigenvalues(hessian, input.core, out);
  },
};
