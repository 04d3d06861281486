import type { ClassifierModel, StoredModel } from '../contracts/classifier.ts';
import type { Catalog } from '../contracts/plugin.ts';
import { BrushwoodError, throwIfAborted } from '../errors.ts';
import { findById } from '../find-by-id.ts';
import { BlockArena } from '../pipeline/block-arena.ts';
import { checkModelFits } from '../pipeline/block-session.ts';
import { applyMask } from '../pipeline/prediction-mask.ts';
import { LiveImage } from './live-image.ts';
import type { LiveTileAnswer, LiveTileInput, LiveTileOutput } from './live-tile.task.ts';
import { TileCache, type TileFeatures } from './tile-cache.ts';
import { tileKey } from './tile-place.ts';

interface HeldModel {
  readonly version: number;
  readonly stored: StoredModel;
  readonly model: ClassifierModel;
}

/** Memory that models predict in: touching fresh pages for every model would cost more than a rough one takes for a tile. */
const scratchBytes = 8 * 2 ** 20;

/** What one worker holds for a live engine: open images, kept features, the newest model. */
export class LiveWorker {
  private readonly catalog: Catalog;
  private readonly cache = new TileCache(0);
  private readonly images = new Map<string, LiveImage>();
  private model: HeldModel | undefined;
  private scratch: BlockArena | undefined;

  constructor(catalog: Catalog) {
    this.catalog = catalog;
  }

  /** One task at a time. */
  async run(input: LiveTileInput, signal: AbortSignal): Promise<LiveTileOutput> {
    throwIfAborted(signal);
    const gone = await this.tidy(input);
    const image = await this.image(input, signal);
    if (!image) return { missing: 'image' };
    const { model: asked, voxels, featureIndex } = input;
    if (asked && !this.hasModel(asked)) return { missing: 'model' };
    const key = tileKey(input.imageKey, input.roi);
    return this.sparing(gone, async () => {
      const kept = this.cache.get(key);
      const tile = kept ?? (await image.compute(input.roi, signal));
      if (!kept && input.isKept) gone.push(...this.cache.add(key, tile));
      throwIfAborted(signal);
      const answer: LiveTileAnswer = {
        rows: voxels && gatherRows(tile, voxels),
        plane: featureIndex === undefined ? undefined : planeOf(tile, featureIndex),
        probabilities: asked && this.predict(tile, image),
        featureCount: tile.featureCount,
        valueRange: tile.valueRange,
        isKept: this.cache.get(key) !== undefined,
        gone,
      };
      return answer;
    });
  }

  async close(): Promise<void> {
    this.model = undefined;
    this.scratch = undefined;
    this.cache.removeWhere(() => true);
    const open = [...this.images.values()];
    this.images.clear();
    await Promise.all(open.map((image) => image.close()));
  }

  /** Frees what is not in use any more. */
  private async tidy({ imageKeys, wanted, cacheBytes }: LiveTileInput): Promise<string[]> {
    if (wanted) this.cache.setWanted(wanted);
    const gone = this.cache.setLimit(cacheBytes);
    for (const [key, image] of [...this.images]) {
      if (imageKeys.includes(key)) continue;
      this.images.delete(key);
      gone.push(...this.cache.removeWhere((tile) => tile.startsWith(`${key} `)));
      await image.close();
    }
    return gone;
  }

  private async image({ imageKey, image }: LiveTileInput, signal: AbortSignal): Promise<LiveImage | undefined> {
    const open = this.images.get(imageKey);
    if (open || !image) return open;
    const opened = await LiveImage.open(this.catalog, image, signal);
    this.images.set(imageKey, opened);
    return opened;
  }

  /** Takes over the model that came along. */
  private hasModel({ version, stored }: NonNullable<LiveTileInput['model']>): boolean {
    if (this.model?.version === version) return true;
    if (!stored) return false;
    const classifier = findById(this.catalog.classifiers, stored.classifierId, 'classifier');
    this.scratch ??= new BlockArena(scratchBytes);
    this.model = { version, stored, model: classifier.load(stored, this.scratch) };
    return true;
  }

  private predict(tile: TileFeatures, image: LiveImage): Float32Array {
    const { model, stored } = this.model!;
    checkModelFits(stored, image.plan, 'The image');
    const [z, y, x] = tile.shape;
    const out = new Float32Array(model.classCount * z * y * x);
    model.predict(tile, out);
    if (tile.mask) applyMask(out, tile.mask);
    return out;
  }

  /**
   * Tries again without the kept features when memory runs out.
   * @param gone gets the keys of what was given up
   */
  private async sparing<T>(gone: string[], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      gone.push(...this.cache.giveUp());
      for (const image of this.images.values()) image.freeMemory();
    }
    try {
      return await work();
    } catch (cause) {
      if (!isOutOfMemory(cause)) throw cause;
      throw new BrushwoodError(
        'out-of-memory',
        'There is not enough memory for the features of one tile, even without any that are kept. Select fewer features or ' +
          'smaller sigmas, close other programs or pages, or work with fewer workers.',
        {},
        { cause },
      );
    }
  }
}

/** What the engines say when memory cannot be had. */
function isOutOfMemory(error: unknown): boolean {
  return error instanceof RangeError || (error instanceof BrushwoodError && error.code === 'out-of-memory');
}

/** Planes → rows. */
function gatherRows({ data, featureCount, shape }: TileFeatures, voxels: Uint32Array): Float32Array {
  const size = shape[0] * shape[1] * shape[2];
  const rows = new Float32Array(voxels.length * featureCount);
  for (let f = 0; f < featureCount; f++) {
    for (let i = 0; i < voxels.length; i++) rows[i * featureCount + f] = data[f * size + voxels[i]!]!;
  }
  return rows;
}

function planeOf({ data, featureCount, shape }: TileFeatures, featureIndex: number): Float32Array {
  if (!Number.isInteger(featureIndex) || featureIndex < 0 || featureIndex >= featureCount) {
    throw new BrushwoodError(
      'invalid-parameter',
      `There is no feature ${featureIndex}; the selection has features 0 to ${featureCount - 1}.`,
      { featureIndex, featureCount },
    );
  }
  const size = shape[0] * shape[1] * shape[2];
  return data.slice(featureIndex * size, (featureIndex + 1) * size);
}
