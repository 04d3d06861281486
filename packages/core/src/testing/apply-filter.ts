import type { CoreBox, FilterEngine, Volume } from '../contracts/filter-engine.ts';
import type { PixelFilter } from '../contracts/pixel-filter.ts';
import type { Shape3 } from '../grid/axes.ts';
import { plainEngine } from '../kernels/plain-engine.ts';
import { BlockArena } from '../pipeline/block-arena.ts';
import { BlockFilterInput } from '../pipeline/filter-input.ts';
import { presmoothingRadius } from '../pipeline/gaussian-taps.ts';
import type { PaddedBlock } from '../pipeline/padded-block.ts';

/** A block that was cut from an image for a test. */
export interface CutBlock extends PaddedBlock {
  readonly rank: 2 | 3;
  /** Context voxels on each side of every filtered axis, where the image has them. */
  readonly halo: number;
}

export interface CutOptions {
  /** What to compute; default: the whole image. */
  readonly core?: CoreBox;
  /** 2 filters every z slice alone; default: 2 for one slice, else 3. */
  readonly rank?: 2 | 3;
}

export interface FilterRunOptions {
  /** Default: core's readable engine. */
  readonly engine?: FilterEngine;
  /** Fill the working memory with NaN first, so that what is read before it was written shows. */
  readonly isPoisoned?: boolean;
}

/**
 * Cuts a block with its halo from an image, as the pipeline does: real data, and only inside the image.
 * @param image float32, axes 'yx' or 'zyx'
 * @param shape two or three sizes in that order
 */
export function padBlock(
  image: Float32Array,
  shape: readonly number[],
  halo: number,
  options: CutOptions = {},
): CutBlock {
  const sizes = (shape.length === 2 ? [1, ...shape] : [...shape]) as unknown as Shape3;
  const rank = options.rank ?? (sizes[0] === 1 ? 2 : 3);
  const core = options.core ?? { start: [0, 0, 0], shape: sizes };
  const halos: Shape3 = [rank === 3 ? halo : 0, halo, halo];
  const start = map3((i) => Math.max(0, core.start[i] - halos[i]));
  const stop = map3((i) => Math.min(sizes[i], core.start[i] + core.shape[i] + halos[i]));
  const volume = cutBox({ data: image, shape: sizes }, { start, shape: map3((i) => stop[i] - start[i]) });
  return {
    channels: [volume],
    core: { start: map3((i) => core.start[i] - start[i]), shape: core.shape },
    edges: { start: map3((i) => start[i] === 0), stop: map3((i) => stop[i] === sizes[i]) },
    rank,
    halo,
  };
}

/** What a filter is given for this block at this sigma, in memory of its own. */
export function filterInput(block: CutBlock, sigma: number, options: FilterRunOptions = {}): BlockFilterInput {
  const voxels = block.channels[0]!.data.length;
  const arena = new BlockArena(64 * 4 * voxels + 2 ** 20);
  const kernels = (options.engine ?? plainEngine).bind(arena);
  if (options.isPoisoned) new Uint8Array(arena.memory.buffer, arena.mark()).fill(0xff);
  const innerHalo = Math.max(0, block.halo - presmoothingRadius(sigma));
  return new BlockFilterInput({ block, channel: 0, sigma, rank: block.rank, innerHalo, arena, kernels });
}

/**
 * A filter's planes of an image, or of a box of it.
 * @returns float32, shape (planes, ...core)
 */
export function applyFilter(
  filter: PixelFilter,
  image: Volume,
  sigma: number,
  options: CutOptions & FilterRunOptions & { readonly halo?: number } = {},
): Float32Array {
  const halo = Math.max(options.halo ?? filter.halo(sigma), presmoothingRadius(sigma));
  const block = padBlock(image.data, image.shape, halo, options);
  const [nz, ny, nx] = block.core.shape;
  const out = new Float32Array(filter.planes(block.rank).length * nz * ny * nx);
  filter.apply(filterInput(block, sigma, options), sigma, out);
  return out;
}

/** A copy of a box of a volume. */
export function cutBox({ data, shape }: Volume, box: CoreBox): Volume {
  const [nz, ny, nx] = box.shape;
  const out = new Float32Array(nz * ny * nx);
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) {
      const from = ((z + box.start[0]) * shape[1] + y + box.start[1]) * shape[2] + box.start[2];
      out.set(data.subarray(from, from + nx), (z * ny + y) * nx);
    }
  return { data: out, shape: box.shape };
}

function map3<T>(value: (i: 0 | 1 | 2) => T): readonly [T, T, T] {
  return [value(0), value(1), value(2)];
}
