import type { CoreBox, FilterKernels, HalfTaps, Volume } from '../contracts/filter-engine.ts';
import type { DerivativeOrders, FilterInput } from '../contracts/pixel-filter.ts';
import { BrushwoodError } from '../errors.ts';
import { shape3, type Shape3 } from '../grid/axes.ts';
import type { BlockArena } from './block-arena.ts';
import {
  GaussianTapsCache,
  presmoothingRadius,
  presmoothingSigma,
  presmoothingWindow,
  stageTwoWindow,
} from './gaussian-taps.ts';
import type { PaddedBlock } from './padded-block.ts';

export interface FilterInputOptions {
  readonly block: PaddedBlock;
  readonly channel: number;
  /** The user's sigma. */
  readonly sigma: number;
  readonly rank: 2 | 3;
  /** Context stage two needs around the core: the largest of the filters that share this input. */
  readonly innerHalo: number;
  readonly arena: BlockArena;
  readonly kernels: FilterKernels;
  /** Taps known from earlier blocks. */
  readonly taps?: GaussianTapsCache;
}

/**
 * What the filters of one sigma share. Works on three nested boxes of the padded block: the core; `inner`, the core plus what
 * stage two reaches, on which everything after presmoothing lives; and the padded block itself. All are cut at image
 * edges, so every pass mirrors its own input there. At other faces stage two mirrors too, and what that spoils lies
 * outside the core.
 */
export class BlockFilterInput implements FilterInput {
  readonly rank: 2 | 3;
  readonly coreShape: Shape3;
  readonly core: CoreBox;
  readonly rawCore: CoreBox;
  readonly kernels: FilterKernels;
  private readonly taps: GaussianTapsCache;
  private readonly sigma: number;
  private readonly input: Volume;
  /** The inner box inside the padded block. */
  private readonly inner: CoreBox;
  private readonly arena: BlockArena;
  private readonly mark: number;
  private readonly axes: readonly (0 | 1 | 2)[];
  private readonly cache = new Map<string, Volume>();
  private readonly free: Volume[] = [];

  constructor(options: FilterInputOptions) {
    const { block, rank, innerHalo } = options;
    this.rank = rank;
    this.sigma = options.sigma;
    this.arena = options.arena;
    this.kernels = options.kernels;
    this.taps = options.taps ?? new GaussianTapsCache();
    this.mark = options.arena.mark();
    this.axes = rank === 3 ? [0, 1, 2] : [1, 2];
    this.input = block.channels[options.channel]!;
    this.rawCore = block.core;
    this.coreShape = block.core.shape;
    this.inner = grow(block.core, this.haloShape(innerHalo), this.input.shape);
    this.core = { start: shape3((i) => block.core.start[i]! - this.inner.start[i]!), shape: block.core.shape };
    this.checkHalo(block, innerHalo + presmoothingRadius(options.sigma));
  }

  raw(): Volume {
    return this.input;
  }

  presmoothed(): Volume {
    return this.cached('presmoothed', () => {
      const out = this.allocate(this.inner.shape);
      const mark = this.arena.mark();
      this.presmoothInto(out);
      this.arena.release(mark);
      return out;
    });
  }

  derivative(orders: DerivativeOrders, sigma: number): Volume {
    const key = (count: number) => `${sigma}: ${orders.slice(0, count).join(' ')}`;
    let volume = this.presmoothed();
    for (const axis of this.axes) {
      const before = volume;
      const taps = this.taps.get(orders[axis], sigma, stageTwoWindow);
      volume = this.cached(key(axis + 1), () => this.correlated(before, axis, taps));
    }
    return volume;
  }

  scratch(): Volume {
    return this.free.pop() ?? this.allocate(this.inner.shape);
  }

  recycle(volume: Volume): void {
    this.free.push(volume);
  }

  smooth(volume: Volume, sigma: number): Volume {
    const taps = this.taps.get(0, sigma, stageTwoWindow);
    let current = volume;
    for (const axis of this.axes) {
      const next = this.correlated(current, axis, taps);
      if (current !== volume) this.recycle(current);
      current = next;
    }
    return current;
  }

  /** Frees every volume. The input is not used afterwards. */
  dispose(): void {
    this.arena.release(this.mark);
  }

  /** Slowest axis first; each pass keeps only what the later ones need. */
  private presmoothInto(out: Volume): void {
    const taps = this.taps.get(0, presmoothingSigma(this.sigma), presmoothingWindow);
    const radius = taps.values.length - 1;
    let current: Volume = this.input;
    let box: CoreBox = { start: [0, 0, 0], shape: this.input.shape };
    for (const axis of this.axes) {
      const laterHalo = shape3((i) => (i > axis ? radius : 0));
      const target = grow(this.inner, laterHalo, this.input.shape);
      const next = axis === 2 ? out : this.allocate(target.shape);
      const offset = shape3((i) => target.start[i]! - box.start[i]!);
      this.kernels.correlate(current, next, { axis, taps, offset });
      current = next;
      box = target;
    }
  }

  private correlated(input: Volume, axis: 0 | 1 | 2, taps: HalfTaps): Volume {
    const out = this.scratch();
    this.kernels.correlate(input, out, { axis, taps, offset: [0, 0, 0] });
    return out;
  }

  private cached(key: string, compute: () => Volume): Volume {
    const known = this.cache.get(key);
    if (known) return known;
    const volume = compute();
    this.cache.set(key, volume);
    return volume;
  }

  private allocate(shape: Shape3): Volume {
    return { data: this.arena.allocateFloat32(shape[0] * shape[1] * shape[2]), shape };
  }

  private haloShape(halo: number): Shape3 {
    return this.rank === 3 ? [halo, halo, halo] : [0, halo, halo];
  }

  private checkHalo({ core, edges }: PaddedBlock, needed: number): void {
    for (const axis of this.axes) {
      const before = core.start[axis];
      const after = this.input.shape[axis] - core.start[axis] - core.shape[axis];
      const isShort = (got: number, isEdge: boolean) => got < needed && !isEdge;
      if (isShort(before, edges.start[axis]) || isShort(after, edges.stop[axis])) {
        throw new BrushwoodError(
          'halo-too-small',
          `The filters at sigma = ${this.sigma} need a halo of ${needed} voxels on axis ${'zyx'[axis]}, but the block carries ` +
            `${before} before and ${after} after its core. Read blocks with the largest halo of all selected filters.`,
          { sigma: this.sigma, axis: 'zyx'[axis]!, needed, before, after },
        );
      }
    }
  }
}

/** A box grown by a halo on each side, cut to `bounds`. */
function grow(box: CoreBox, halo: Shape3, bounds: Shape3): CoreBox {
  const start = shape3((i) => Math.max(0, box.start[i] - halo[i]));
  return { start, shape: shape3((i) => Math.min(bounds[i], box.start[i] + box.shape[i] + halo[i]) - start[i]) };
}
