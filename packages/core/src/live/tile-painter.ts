import { isAbortError } from '../errors.ts';
import type { LiveTile, LiveTileResult } from './live-contract.ts';
import type { LiveWorkers, VersionedModel } from './live-workers.ts';
import { tileKey, workerOf } from './tile-place.ts';

/** A tile of the view whose image is known. */
export interface ViewTile {
  readonly tile: LiveTile;
  readonly imageKey: string;
}

export interface PaintModel extends VersionedModel {
  readonly classCount: number;
  readonly generation: number;
  readonly isPreliminary: boolean;
}

/** What is to be done with the tiles of the view. */
export interface Painting {
  /** Without one features are computed, and kept as far as there is room. */
  readonly model?: PaintModel;
  /** Leave out tiles whose features are not kept. */
  readonly onlyKept?: boolean;
  readonly signal: AbortSignal;
  onProgress(done: number, total: number): void;
}

interface Entry extends ViewTile {
  readonly key: string;
  readonly worker: number;
  /** Ends when the tile is not wanted any more. */
  readonly stop: AbortController;
  /** The model it was painted by. */
  paintedBy: number | undefined;
  hasFeatures: boolean;
}

/** Brings the tiles of the view up to date, the most urgent first, every worker its own. */
export class TilePainter {
  private readonly workers: LiveWorkers;
  private readonly onTile: (result: LiveTileResult) => void;
  private view: Entry[] = [];

  constructor(workers: LiveWorkers, onTile: (result: LiveTileResult) => void) {
    this.workers = workers;
    this.onTile = onTile;
  }

  /** Tiles that stay keep what was painted. Takes effect on a painting that is going on. */
  setView(tiles: readonly ViewTile[]): void {
    const before = new Map(this.view.map((entry) => [entry.key, entry]));
    this.view = tiles.map(({ tile, imageKey }) => {
      const key = tileKey(imageKey, tile.roi);
      const known = before.get(key);
      before.delete(key);
      return known && known.tile.laneIndex === tile.laneIndex
        ? Object.assign(known, { tile })
        : { tile, imageKey, key, worker: workerOf(tile.roi, this.workers.size), ...fresh() };
    });
    for (const { stop } of before.values()) stop.abort();
    this.workers.setWanted(this.view.map(({ key }) => key));
  }

  /** Is there anything to do? */
  isUpToDate(model: PaintModel): boolean {
    return !this.view.some((entry) => this.isDue(entry, model));
  }

  /** Works until nothing of the view is left to do. @throws what computing throws, 'aborted' */
  async paint(painting: Painting): Promise<void> {
    const { onProgress } = painting;
    const stop = new AbortController();
    const signal = AbortSignal.any([painting.signal, stop.signal]);
    const isDone = (entry: Entry) => !this.isDue(entry, painting.model, painting.onlyKept);
    const report = () => onProgress(this.view.filter(isDone).length, this.view.length);
    const work = async (worker: number) => {
      for (;;) {
        const next = this.view.find((entry) => entry.worker === worker && !isDone(entry));
        if (!next) return;
        await this.paintTile(next, { ...painting, signal });
        report();
      }
    };
    if (!this.view.every(isDone)) report();
    try {
      // A view that changes meanwhile may bring work to a worker that was done already.
      while (this.view.some((entry) => !isDone(entry))) {
        await Promise.all(Array.from({ length: this.workers.size }, (_, worker) => work(worker)));
      }
    } catch (error) {
      stop.abort();
      throw error;
    }
  }

  private isDue(entry: Entry, model?: PaintModel, onlyKept = false): boolean {
    if (!model) return !entry.hasFeatures;
    if (entry.paintedBy === model.version) return false;
    return !onlyKept || this.workers.kept.has(entry.key);
  }

  private async paintTile(entry: Entry, { model, signal }: Painting): Promise<void> {
    const { tile, imageKey } = entry;
    const request = { imageKey, roi: tile.roi, model };
    try {
      const { probabilities } = await this.workers.run(request, AbortSignal.any([signal, entry.stop.signal]));
      entry.hasFeatures = true;
      if (!model || !probabilities || signal.aborted || entry.stop.signal.aborted) return;
      entry.paintedBy = model.version;
      const { classCount, isPreliminary, generation } = model;
      this.onTile({ tile: entry.tile, probabilities, classCount, isPreliminary, generation });
    } catch (error) {
      // Nobody wants this tile any more, but the others.
      if (isAbortError(error) && entry.stop.signal.aborted && !signal.aborted) return;
      throw error;
    }
  }
}

function fresh(): Pick<Entry, 'stop' | 'paintedBy' | 'hasFeatures'> {
  return { stop: new AbortController(), paintedBy: undefined, hasFeatures: false };
}
