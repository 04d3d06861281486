import type { Shape3 } from '../grid/axes.ts';
import type { BlockArena } from '../pipeline/block-arena.ts';

/** Contiguous float32 values on a z, y, x grid. `data` may be a view into an arena's memory. */
export interface Volume {
  readonly data: Float32Array;
  readonly shape: Shape3;
}

/** Right half of a symmetric (`isOdd` false) or antisymmetric kernel: `values[j]` multiplies `f[i+j] ± f[i−j]`. */
export interface HalfTaps {
  /** float32, length radius + 1; `values[0]` is the centre (0 if odd). */
  readonly values: Float32Array;
  readonly isOdd: boolean;
}

/** One pass of a separable filter. */
export interface CorrelationPass {
  /** 0 = z, 1 = y, 2 = x. */
  readonly axis: 0 | 1 | 2;
  readonly taps: HalfTaps;
  /** Output voxel p is centred on input voxel p + offset. */
  readonly offset: Shape3;
}

/** The part of a padded volume that is kept: a box of shape `shape` that starts at `start`. */
export interface CoreBox {
  readonly start: Shape3;
  readonly shape: Shape3;
}

/**
 * The compute routines under the filters. Inputs and outputs never overlap, unless said. Arithmetic is float32 with
 * one rounding per pass at least as exact as spec §A.5; 3-D eigenvalues are computed in double.
 */
export interface FilterKernels {
  /**
   * Correlates along one axis. The input is mirrored at both of its ends without repeating the edge voxel (reflect,
   * period 2(n−1)). Radius 0 copies. `output` may be smaller than `input` on every axis (see `offset`).
   */
  correlate(input: Volume, output: Volume, pass: CorrelationPass): void;
  /** out = a · b, elementwise, equal shapes. `out` may be `a` or `b`. */
  multiply(a: Volume, b: Volume, out: Volume): void;
  /** out = the box of `input`. */
  crop(input: Volume, core: CoreBox, out: Float32Array): void;
  /** out = Σ inputs in the order given, over the box. */
  sum(inputs: readonly Volume[], core: CoreBox, out: Float32Array): void;
  /** out = a − b over the box. */
  subtract(a: Volume, b: Volume, core: CoreBox, out: Float32Array): void;
  /** out = sqrt(Σ inputs²) over the box. */
  magnitude(inputs: readonly Volume[], core: CoreBox, out: Float32Array): void;
  /**
   * Eigenvalues of a symmetric matrix at every voxel of the box, largest (signed) first, as planes one after another.
   * @param entries upper triangle row by row: `yy yx xx` (3 volumes) or `zz zy zx yy yx xx` (6 volumes)
   * @param out     float32, shape (2 or 3, ...core.shape)
   */
  eigenvalues(entries: readonly Volume[], core: CoreBox, out: Float32Array): void;
}

/** An implementation of the kernels. `plain` in core is the readable one; plugins bring faster ones. */
export interface FilterEngine {
  readonly id: string;
  /** The engine with the highest rank is used unless the user names one. The readable one has 0. */
  readonly rank: number;
  /** Binds the kernels to one worker's memory. Views outside that memory are allowed too, if slower. */
  bind(arena: BlockArena): FilterKernels;
}
