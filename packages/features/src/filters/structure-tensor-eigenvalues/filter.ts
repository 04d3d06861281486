import type { FilterInput, PixelFilter, Volume } from '@brushwood/core';
import {
  eigenvaluePlanes,
  filteredAxes,
  haloWithPresmoothing,
  ordersAlong,
  stageTwoRadius,
  stageTwoSigma,
  upperTriangle,
} from '../stage-two.ts';

/** σ of the gradient, relative to that of the average. */
const gradientRatio = 0.5;

/**
 * Eigenvalues of the structure tensor, largest first. In 2-D two large ones mark a corner, one an edge. With s = min(σ, 1) the
 * gradient is taken at s / 2 and its outer product averaged at s, as ilastik's results show (spec §A.4).
 * Unit: (intensity / voxel)². Border: every pass mirrors its own input at image edges without repeating the edge voxel,
 * the passes over the products too: the raw block mirrored once gives other values within 3 voxels of the edge.
 * Reference: ilastik's `StructureTensorEigenvalues`, spec §A.4 and §A.6; in 3-D exact where ilastik is approximate.
 * Source: Bigün & Granlund, "Optimal Orientation Detection of Linear Symmetry", ICCV 1987.
 */
export const structureTensorEigenvalues: PixelFilter = {
  id: 'StructureTensorEigenvalues',
  displayName: 'Structure Tensor Eigenvalues',
  group: 'Texture',
  minimumSigma: 0.7,
  halo(sigma) {
    const average = stageTwoSigma(sigma);
    return haloWithPresmoothing(sigma, stageTwoRadius(gradientRatio * average) + stageTwoRadius(average));
  },
  planes: eigenvaluePlanes,
  apply(input, sigma, out) {
    const tensor = averagedProducts(input, stageTwoSigma(sigma));
    input.kernels.eigenvalues(tensor, input.core, out);
    for (const entry of tensor) input.recycle(entry);
  },
};

/** The upper triangle of the gradient's outer product, each entry smoothed at `sigma`, in scratch volumes. */
function averagedProducts(input: FilterInput, sigma: number): Volume[] {
  const gradient = new Map(
    filteredAxes(input.rank).map((axis) => [axis, input.derivative(ordersAlong(axis), gradientRatio * sigma)]),
  );
  return upperTriangle(input.rank).map(([row, column]) => {
    const product = input.scratch();
    input.kernels.multiply(gradient.get(row)!, gradient.get(column)!, product);
    const average = input.smooth(product, sigma);
    input.recycle(product);
    return average;
  });
}
