import type { FilterEngine } from '@brushwood/core';
import { WasmFilterKernels } from './filter-kernels.wasm.ts';
import { instantiateFilterKernels } from './instantiate-filter-kernels.ts';

/** The kernels as WebAssembly SIMD: float32 passes, 3-D eigenvalues in double. Same bits on every machine. */
export const wasmSimdEngine: FilterEngine = {
  id: 'wasm-simd',
  rank: 10,
  bind: (arena) => new WasmFilterKernels(arena, instantiateFilterKernels(arena.memory)),
};
