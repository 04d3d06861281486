export { features } from './plugin.ts';
export { differenceOfGaussians } from './filters/difference-of-gaussians/filter.ts';
export { gaussianGradientMagnitude } from './filters/gaussian-gradient-magnitude/filter.ts';
export { gaussianSmoothing } from './filters/gaussian-smoothing/filter.ts';
export { hessianOfGaussianEigenvalues } from './filters/hessian-of-gaussian-eigenvalues/filter.ts';
export { laplacianOfGaussian } from './filters/laplacian-of-gaussian/filter.ts';
export { structureTensorEigenvalues } from './filters/structure-tensor-eigenvalues/filter.ts';
export { wasmSimdEngine } from './kernels/wasm-simd-engine.ts';
