import type { Shape3 } from '../grid/axes.ts';
import type { CoreBox, FilterKernels, Volume } from './filter-engine.ts';

/** Orders of differentiation along z, y, x, each 0, 1 or 2. */
export type DerivativeOrders = Shape3;

/**
 * What a filter sees of one channel of one block at one sigma: the data itself, its presmoothed version and Gaussian
 * derivatives, each computed once and shared by all filters of that sigma. All volumes but `raw` have one shape: the
 * block's core plus what stage two needs. In rank 2 every z slice is filtered alone and orders along z are 0.
 * Volumes live until the filters of this sigma are through; do not keep them, do not write into shared ones.
 */
export interface FilterInput {
  readonly rank: 2 | 3;
  /** Shape of one output plane. */
  readonly coreShape: Shape3;
  /** Where the core lies in `presmoothed()` and everything derived from it. */
  readonly core: CoreBox;
  /** The padded block as it was read, float32, and where the core lies in it. */
  raw(): Volume;
  readonly rawCore: CoreBox;
  /** Stage one of spec §A.3: Gaussian at sqrt(σ² − 1) if σ > 1, else at σ; window 3.5. */
  presmoothed(): Volume;
  /** Gaussian derivative of `presmoothed()` at `sigma`, window 2.0 (stage two). Orders all 0: smoothing. Shared. */
  derivative(orders: DerivativeOrders, sigma: number): Volume;
  /** A volume of the stage-two shape for own use, contents undefined. */
  scratch(): Volume;
  /** Gaussian smoothing of an own volume, window 2.0; every pass mirrors its own input. Returns a scratch volume. */
  smooth(volume: Volume, sigma: number): Volume;
  /** Gives a scratch volume back, so that the next `scratch` or `smooth` can use it. */
  recycle(volume: Volume): void;
  readonly kernels: FilterKernels;
}

export interface PixelFilter {
  /** Stable and stored in project files: never renamed, never reused. */
  readonly id: string;
  /** As people know it: `Gaussian Smoothing`. It begins the names of the feature channels. */
  readonly displayName: string;
  /** Where dialogs list it: `Color/Intensity`, `Edge`, `Texture`. */
  readonly group: string;
  /** Smallest sigma dialogs and `features --all` offer; smaller ones are computed when asked for. */
  readonly minimumSigma: number;
  /** Voxels of context needed on each side of every filtered axis, presmoothing included. */
  halo(sigma: number): number;
  /** One name per output plane, in output order. */
  planes(rank: 2 | 3): readonly string[];
  /**
   * Pure and synchronous. Writes `planes(rank).length` planes of shape `input.coreShape` into `out`, one after another.
   * @param sigma the user's sigma in voxels of the current level; > 0
   */
  apply(input: FilterInput, sigma: number, out: Float32Array): void;
}
