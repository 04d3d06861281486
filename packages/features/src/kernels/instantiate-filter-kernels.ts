import { filterKernelsBinary } from '../generated/filter-kernels.ts';

/** Rows, planes and starts are bytes and byte addresses; shapes are voxels along z, y, x. */
type BoxArguments = [rowStep: number, planeStep: number, out: number, nz: number, ny: number, nx: number];
type ListKernel = (list: number, inputs: number, ...box: BoxArguments) => void;
type EigenvalueKernel = (list: number, ...box: BoxArguments) => void;

/** The exports of `wasm/filter-kernels.ts`, which says what they do. */
export interface FilterKernelExports {
  readonly correlate: (
    ...positions: [
      ...[input: number, inZ: number, inY: number, inX: number],
      ...[output: number, outZ: number, outY: number, outX: number],
      ...[offsetZ: number, offsetY: number, offsetX: number],
      ...[axis: number, taps: number, radius: number, isOdd: number, scratch: number],
    ]
  ) => void;
  readonly correlateScratchBytes: (radius: number, count: number) => number;
  readonly multiply: (a: number, b: number, out: number, count: number) => void;
  readonly crop: (a: number, ...box: BoxArguments) => void;
  readonly subtract: (a: number, b: number, ...box: BoxArguments) => void;
  readonly sum: ListKernel;
  readonly magnitude: ListKernel;
  readonly eigenvalues2: EigenvalueKernel;
  readonly eigenvalues3: EigenvalueKernel;
}

/** A fresh instance on `memory`. The module keeps no data there; it writes only where its arguments point. */
export function instantiateFilterKernels(memory: WebAssembly.Memory): FilterKernelExports {
  const bytes = Uint8Array.from(atob(filterKernelsBinary), (letter) => letter.charCodeAt(0));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return instance.exports as unknown as FilterKernelExports;
}
