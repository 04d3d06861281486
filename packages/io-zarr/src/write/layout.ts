import {
  BrushwoodError,
  checkAxes,
  coreAxes,
  type Dtype,
  elementCount,
  type ImageLayout,
  type ImageSpec,
  isDtype,
  itemBytes,
  type Shape5,
  shape5,
} from '@brushwood/core';
import { levelShapes } from './level-shapes.ts';

/** How a new image lies in its folder. Shapes in tczyx; the file leaves out axes of size 1 that were not asked for. */
export interface ZarrLayout {
  readonly version: 2 | 3;
  readonly compression: 'none' | 'gzip' | 'zstd';
  /** Axes of the file; OME-Zarr wants them in the order t, c, z, y, x. */
  readonly axes: string;
  readonly dtype: Dtype;
  /** Finest first. */
  readonly levels: readonly LevelLayout[];
}

export interface LevelLayout {
  readonly path: string;
  readonly shape: Shape5;
  /** Unit of compression. */
  readonly chunkShape: Shape5;
  /** Unit of writing: a shard; in version 2, which has none, the chunks of the same box. */
  readonly unitShape: Shape5;
  /** Voxels of level 0 that make one of this level, along each axis. */
  readonly downsampling: Shape5;
}

/** Voxels in a chunk of a volume; a flat image has as many in 512 × 512. */
const chunkVoxels = 64 ** 3;
/** A writer holds one unit in memory. */
const maxUnitBytes = 64 * 1024 * 1024;

/**
 * Chooses chunks, units and levels of a new image.
 * @throws {BrushwoodError} 'unsupported-dtype', 'axes-mismatch', 'unsupported' (axes left out that are needed; a wish that cannot be met)
 */
export function planLayout(spec: ImageSpec, wishes: ImageLayout, who: string): ZarrLayout {
  checkSpec(spec, who);
  const { version = 3, compression = 'zstd' } = wishes;
  if (version !== 2 && version !== 3) throw refused(who, `Zarr of version ${version}`, 'Ask for version 2 or 3');
  if (!['none', 'gzip', 'zstd'].includes(compression)) {
    throw refused(who, `the compression "${String(compression)}"`, 'Ask for none, gzip or zstd');
  }
  const chunk = wishes.chunkShape ?? defaultChunk(spec.shape);
  const counts = chunksPerUnit(spec, { chunk, shard: wishes.shardShape, who });
  const levels = levelShapes(spec, chunk).map(({ shape, downsampling }, i) => {
    const chunkShape = shape5((axis) => Math.min(chunk[axis], shape[axis]));
    const unitShape = shape5((axis) => {
      const all = Math.ceil(shape[axis] / chunkShape[axis]);
      return chunkShape[axis] * (axis === 1 ? all : Math.min(counts[axis], all));
    });
    return { path: String(i), shape, chunkShape, unitShape, downsampling };
  });
  const axes = [...coreAxes].filter((axis) => spec.axes.includes(axis)).join('');
  return { version, compression, axes, dtype: spec.dtype, levels };
}

function checkSpec(spec: ImageSpec, who: string): void {
  if (!isDtype(spec.dtype)) {
    throw new BrushwoodError('unsupported-dtype', `${who}: OME-Zarr is not written with ${String(spec.dtype)}.`);
  }
  checkAxes(spec.axes, spec.shape.slice(0, spec.axes.length), who);
  const missing = [...coreAxes].filter((axis, i) => spec.shape[i] !== 1 && !spec.axes.includes(axis));
  if (missing.length === 0) return;
  throw new BrushwoodError(
    'unsupported',
    `${who}: the image has more than one entry along ${missing.join(', ')}, but its axes are to be "${spec.axes}". ` +
      'Add the missing letters to the axes.',
    { axes: spec.axes, shape: spec.shape },
  );
}

/** 64³ in volumes, 512² in flat images, and in thin volumes what has about as many voxels. */
function defaultChunk([, , nz]: Shape5): Shape5 {
  const z = Math.min(64, nz);
  const side = 2 ** Math.round(Math.log2(Math.sqrt(chunkVoxels / z)));
  const plane = Math.min(512, Math.max(64, side));
  return [1, 1, z, plane, plane];
}

/**
 * How many chunks a unit has along each axis, as many as fit the memory; all channels are in one unit anyway.
 * Twice along each axis of a volume, four times in flat images.
 */
function chunksPerUnit(spec: ImageSpec, { chunk, shard, who }: { chunk: Shape5; shard?: Shape5; who: string }): Shape5 {
  if (chunk.some((size) => !Number.isInteger(size) || size < 1)) {
    throw refused(who, `chunks of shape (${chunk.join(', ')})`, 'Each size has to be a whole number from 1');
  }
  if (shard) {
    const counts = shape5((axis) => shard[axis] / chunk[axis]);
    if (counts.every((count) => Number.isInteger(count) && count >= 1)) return counts;
    const advice = `Each size has to be a multiple of the chunk's, (${chunk.join(', ')})`;
    throw refused(who, `shards of shape (${shard.join(', ')})`, advice);
  }
  const plane = spec.shape[2] <= 32 ? 4 : 2;
  const counts: [number, number, number, number, number] = [1, 1, 2, plane, plane];
  const bytes = () => {
    const unit = spec.shape.map((size, i) => (i === 1 ? size : Math.min(size, chunk[i]! * counts[i]!)));
    return elementCount(unit) * itemBytes(spec.dtype);
  };
  while (bytes() > maxUnitBytes && Math.max(...counts) > 1) {
    const axis = counts.indexOf(Math.max(...counts));
    counts[axis]! /= 2;
  }
  return counts;
}

function refused(who: string, what: string, advice: string): BrushwoodError {
  return new BrushwoodError('unsupported', `${who}: ${what} cannot be written. ${advice}.`, { what });
}
