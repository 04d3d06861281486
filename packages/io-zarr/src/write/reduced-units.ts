import {
  BlockGrid,
  elementCount,
  type Roi,
  roiShape,
  type Shape5,
  type Tensor,
  wholeRoi,
  shape5,
} from '@brushwood/core';
import { type Compressor, encodeChunk, openCompressor } from './chunk-encoder.ts';
import { downsample, type Reduction } from './downsample.ts';
import type { LevelLayout, ZarrLayout } from './layout.ts';
import type { ObjectFolder } from './object-folder.ts';
import { decodeShard, encodeShard } from './shard-encoder.ts';

/** Below the folder of the image; removed when that is finished. */
export const reducedFolder = '.reduced';

/**
 * Level 1 of every unit of level 0, made while the unit is in memory, by whoever writes it. When the image is closed its chunks
 * are only put together to shards: nothing of level 0 has to be read and decoded again.
 */
export class ReducedUnits {
  private readonly folder: ObjectFolder;
  private readonly finest: LevelLayout;
  private readonly second: LevelLayout;
  private readonly factors: Shape5;
  private readonly options: { readonly reduction: Reduction; readonly compress: Compressor };

  private constructor(
    folder: ObjectFolder,
    [finest, second]: readonly [LevelLayout, LevelLayout],
    options: { reduction: Reduction; compress: Compressor },
  ) {
    this.folder = folder;
    this.finest = finest;
    this.second = second;
    this.factors = second.downsampling;
    this.options = options;
  }

  /** @returns undefined if there is no level 1, or one whose chunks do not lie inside the units of level 0, or no shards */
  static async open(folder: ObjectFolder, layout: ZarrLayout, reduction: Reduction): Promise<ReducedUnits | undefined> {
    const [finest, second] = layout.levels;
    if (!second || layout.version !== 3) return undefined;
    const isInside = second.chunkShape.every((size, axis) => {
      const unit = finest!.unitShape[axis]!;
      return unit >= finest!.shape[axis]! || unit % (size * second.downsampling[axis]!) === 0;
    });
    if (!isInside) return undefined;
    return new ReducedUnits(folder, [finest!, second], {
      reduction,
      compress: await openCompressor(layout),
    });
  }

  /** A unit of which this is lost is read again when the image is closed. */
  async keep(unit: Roi, tensor: Tensor): Promise<void> {
    const { chunkShape } = this.second;
    const { reduction, compress } = this.options;
    const reduced = downsample(tensor, this.factors, reduction);
    const chunks: Uint8Array[] = [];
    for (const { start } of new BlockGrid(wholeRoi(reduced.shape), chunkShape)) {
      chunks.push(await encodeChunk(reduced, start, { chunkShape, compress }));
    }
    await this.folder.put(this.key(unit), encodeShard(chunks));
  }

  /** The encoded chunks of a unit of level 1, by where they begin; undefined if some are not there. */
  async take(unit: Roi): Promise<ReadonlyMap<string, Uint8Array> | undefined> {
    const { chunkShape } = this.second;
    const found = new Map<string, Uint8Array>();
    for (const part of this.partsOf(unit)) {
      const start = shape5((axis) => part.start[axis] / this.factors[axis]);
      const shape = shape5((axis) => Math.ceil(roiShape(part)[axis] / this.factors[axis]));
      const grid = new BlockGrid({ start, stop: shape5((axis) => start[axis] + shape[axis]) }, chunkShape);
      const bytes = await this.folder.get(this.key(part));
      const chunks = bytes && decodeShard(bytes, elementCount(grid.counts));
      if (!chunks) return undefined;
      chunks.forEach((chunk, i) => found.set(grid.block(i).start.join(), chunk));
    }
    return found;
  }

  /** Removes what a unit of level 1 was made of. */
  async drop(unit: Roi): Promise<void> {
    for (const part of this.partsOf(unit)) await this.folder.remove(this.key(part));
  }

  /** The units of level 0 that a unit of level 1 is made of. */
  private partsOf(unit: Roi): BlockGrid {
    const { shape, unitShape } = this.finest;
    const start = shape5((axis) => unit.start[axis] * this.factors[axis]);
    const stop = shape5((axis) => Math.min(unit.stop[axis] * this.factors[axis], shape[axis]));
    return new BlockGrid({ start, stop }, unitShape);
  }

  private key({ start }: Roi): string {
    return `${reducedFolder}/${start.map((at, axis) => at / this.finest.unitShape[axis]!).join('/')}`;
  }
}
