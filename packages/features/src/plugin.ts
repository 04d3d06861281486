import type { Plugin } from '@brushwood/core';
import { differenceOfGaussians } from './filters/difference-of-gaussians/filter.ts';
import { gaussianGradientMagnitude } from './filters/gaussian-gradient-magnitude/filter.ts';
import { gaussianSmoothing } from './filters/gaussian-smoothing/filter.ts';
import { hessianOfGaussianEigenvalues } from './filters/hessian-of-gaussian-eigenvalues/filter.ts';
import { laplacianOfGaussian } from './filters/laplacian-of-gaussian/filter.ts';
import { structureTensorEigenvalues } from './filters/structure-tensor-eigenvalues/filter.ts';
import { wasmSimdEngine } from './kernels/wasm-simd-engine.ts';

/** ilastik's filter bank, in the order of the rows of its feature matrix (spec §A.1), and SIMD kernels under it. */
export const features = {
  name: '@brushwood/features',
  filters: [
    gaussianSmoothing,
    laplacianOfGaussian,
    gaussianGradientMagnitude,
    differenceOfGaussians,
    structureTensorEigenvalues,
    hessianOfGaussianEigenvalues,
  ],
  filterEngines: [wasmSimdEngine],
} satisfies Plugin;
