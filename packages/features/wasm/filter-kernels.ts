// memory-base: 1024
// The compute routines under the filters, as SIMD f32x4 over an imported memory. All positions are byte addresses, all
// volumes contiguous float32 on a z, y, x grid. A voxel's result has the same bits wherever it lies in a row: the vector
// body, the scalar tail and the mirrored ends do the same operations in the same order. What each routine means is said
// in core's `FilterKernels`; `../src/kernels/filter-kernels.wasm.ts` calls them.

export { correlate, correlateScratchBytes } from './_correlate';
export { crop, magnitude, multiply, subtract, sum } from './_elementwise';
export { eigenvalues2, eigenvalues3 } from './_eigenvalues';
