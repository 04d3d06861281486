import type { StoredModel } from '../contracts/classifier.ts';
import type { WorkerPool } from '../contracts/worker-pool.ts';
import { BrushwoodError, throwIfAborted } from '../errors.ts';
import type { Roi } from '../grid/roi.ts';
import type { LiveImageSetup } from './live-image.ts';
import { liveCloseTask, liveTileTask, type LiveTileAnswer, type LiveTileInput } from './live-tile.task.ts';
import { tileKey, workerOf } from './tile-place.ts';
import { randomUuid } from '../random-uuid.ts';

/** A model and the number it is known by in the workers. */
export interface VersionedModel {
  readonly version: number;
  readonly stored: StoredModel;
}

export interface TileRequest {
  readonly imageKey: string;
  readonly roi: Roi;
  /** Keep the features; default true. */
  readonly isKept?: boolean;
  readonly voxels?: Uint32Array;
  readonly featureIndex?: number;
  readonly model?: VersionedModel;
}

/** What one worker is believed to hold. */
interface Known {
  readonly images: Set<string>;
  modelVersion: number | undefined;
  wanted: readonly string[] | undefined;
  cacheBytes: number;
}

/** The caller's side of the workers: sends tiles to theirs, and along with them what they don't know yet. */
export class LiveWorkers {
  /** Of the pool. */
  readonly size: number;
  /** Boxes whose features are kept, by `tileKey`. */
  readonly kept = new Map<string, { readonly imageKey: string; readonly roi: Roi }>();
  private readonly pool: WorkerPool;
  private readonly engineKey = randomUuid();
  private readonly known: Known[];
  /** Workers that may hold something. */
  private readonly asked = new Set<number>();
  private images: ReadonlyMap<string, LiveImageSetup> = new Map();
  private wanted: readonly string[] = [];

  constructor(pool: WorkerPool, cacheBytes: number) {
    this.pool = pool;
    this.size = pool.size;
    this.known = Array.from({ length: pool.size }, () => ({
      images: new Set(),
      modelVersion: undefined,
      wanted: undefined,
      cacheBytes: Math.floor(cacheBytes / pool.size),
    }));
  }

  /** The images in use, by key; what is kept of others is freed. */
  setImages(images: ReadonlyMap<string, LiveImageSetup>): void {
    this.images = images;
    for (const [key, { imageKey }] of this.kept) if (!images.has(imageKey)) this.kept.delete(key);
  }

  /** The tiles of the view, by `tileKey`: the last to give way. */
  setWanted(keys: readonly string[]): void {
    this.wanted = keys;
  }

  /** @throws what the worker throws, 'aborted'; 'worker-crashed' if that happens twice */
  async run(request: TileRequest, signal?: AbortSignal): Promise<LiveTileAnswer> {
    const worker = workerOf(request.roi, this.size);
    try {
      return await this.ask(worker, request, signal);
    } catch (error) {
      if (!(error instanceof BrushwoodError) || error.code !== 'worker-crashed') throw error;
    }
    // Memory is what kills workers: the next one keeps less.
    this.forget(worker);
    throwIfAborted(signal);
    return this.ask(worker, request, signal);
  }

  /** Frees what the workers keep. Those that never got a tile are not started for it. */
  async close(): Promise<void> {
    this.kept.clear();
    const { engineKey } = this;
    await Promise.all([...this.asked].map((affinity) => this.pool.run(liveCloseTask, { engineKey }, { affinity })));
  }

  private async ask(worker: number, request: TileRequest, signal?: AbortSignal): Promise<LiveTileAnswer> {
    for (let withAll = false; ; withAll = true) {
      this.asked.add(worker);
      const input = this.inputFor(worker, request, withAll);
      const answer = await this.pool.run(liveTileTask, input, { affinity: worker, signal });
      if (!answer.missing) {
        this.note(worker, request, { input, answer: answer as LiveTileAnswer });
        return answer as LiveTileAnswer;
      }
      if (withAll) throw new BrushwoodError('internal', `A worker misses the ${answer.missing} it was given.`);
    }
  }

  private inputFor(worker: number, { model, ...request }: TileRequest, withAll: boolean): LiveTileInput {
    const known = this.known[worker]!;
    const isImageKnown = !withAll && known.images.has(request.imageKey);
    const isModelKnown = !withAll && known.modelVersion === model?.version;
    return {
      ...request,
      isKept: request.isKept ?? true,
      engineKey: this.engineKey,
      cacheBytes: known.cacheBytes,
      image: isImageKnown ? undefined : this.images.get(request.imageKey),
      imageKeys: [...this.images.keys()],
      wanted: !withAll && known.wanted === this.wanted ? undefined : this.wanted,
      model: model && (isModelKnown ? { version: model.version } : model),
    };
  }

  private note(
    worker: number,
    { imageKey, roi, model }: TileRequest,
    { input, answer }: { input: LiveTileInput; answer: LiveTileAnswer },
  ): void {
    const known = this.known[worker]!;
    for (const key of known.images) if (!input.imageKeys.includes(key)) known.images.delete(key);
    known.images.add(imageKey);
    if (model) known.modelVersion = model.version;
    if (input.wanted) known.wanted = input.wanted;
    for (const key of answer.gone) this.kept.delete(key);
    if (answer.isKept && this.images.has(imageKey)) this.kept.set(tileKey(imageKey, roi), { imageKey, roi });
  }

  /** The worker is another one now. */
  private forget(worker: number): void {
    const known = this.known[worker]!;
    known.images.clear();
    known.modelVersion = undefined;
    known.wanted = undefined;
    known.cacheBytes = Math.floor(known.cacheBytes / 2);
    for (const [key, { roi }] of this.kept) if (workerOf(roi, this.size) === worker) this.kept.delete(key);
  }
}
