import type { LayerSource, TileAddress } from './layer.ts';
import { TileStore, type StoredTile } from './tile-store.ts';

/** What the views show of one source. */
export interface WantedTiles {
  readonly source: LayerSource;
  /** Most urgent first. */
  readonly tiles: readonly { readonly key: string; readonly address: TileAddress }[];
}

export interface TileLoaderOptions {
  /** Bytes of pixels to keep. */
  readonly budgetBytes: number;
  /** Something arrived or went out of date: call `update` in the next frame. */
  readonly onChange: () => void;
  /** A tile could not be had. It is tried again a few times. */
  readonly onError: (source: LayerSource, error: unknown) => void;
}

const mostInFlight = 8;
const mostFailures = 3;
const retryMs = 2000;
/** Main-thread time for new pixels in one frame. */
const frameBudgetMs = 8;
/** Repainted whatever the budget says, so that a stroke appears in the frame that follows it. */
const freshPerFrame = 4;
/** Tiles that are out of date for longer go first, or the far ones would never come while brightness is dragged. */
const longestStaleMs = 60;

/**
 * Asks layers for the tiles that are shown, a few at a time, and takes requests back that nobody sees any more. New pixels are put on
 * their tiles in slices of some milliseconds a frame; tiles that are out of date go before new ones.
 */
export class TileLoader {
  readonly store: TileStore;
  private readonly options: TileLoaderOptions;
  private readonly subscriptions = new Map<LayerSource, () => void>();
  private readonly inFlight = new Map<LayerSource, Set<StoredTile>>();
  /** Sources that gave a promise: asking them costs next to nothing. */
  private readonly answersLater = new WeakSet<LayerSource>();
  private arrived: Arrival[] = [];

  constructor(options: TileLoaderOptions) {
    this.options = options;
    this.store = new TileStore(options.budgetBytes);
  }

  /** Tells which sources there are; the tiles of others are forgotten. */
  setSources(sources: ReadonlySet<LayerSource>): void {
    for (const [source, unsubscribe] of this.subscriptions) {
      if (sources.has(source)) continue;
      unsubscribe();
      this.subscriptions.delete(source);
      this.cancel(source, () => true);
      this.inFlight.delete(source);
      this.arrived = this.arrived.filter(({ tile }) => tile.source !== source);
      this.store.forget(source);
    }
    for (const source of sources) {
      if (this.subscriptions.has(source)) continue;
      this.inFlight.set(source, new Set());
      this.subscriptions.set(
        source,
        source.onChange((isStale) => this.invalidate(source, isStale)),
      );
    }
  }

  /**
   * One frame's work.
   * @returns the tiles with new pixels, and whether there is more to do in the next frame without waiting for a source.
   */
  update(wanted: readonly WantedTiles[]): { changed: StoredTile[]; hasMore: boolean } {
    const stop = performance.now() + frameBudgetMs;
    const shown = new Map<LayerSource, Map<string, TileAddress>>();
    for (const { source, tiles } of wanted) {
      let keys = shown.get(source);
      if (!keys) shown.set(source, (keys = new Map()));
      for (const { key, address } of tiles) if (!keys.has(key)) keys.set(key, address);
    }
    for (const source of this.subscriptions.keys()) {
      this.cancel(source, (tile) => !shown.get(source)?.has(tile.key));
    }
    const changed: StoredTile[] = [];
    let hasMore = this.load(shown, { stop, changed, isRepaint: true });
    hasMore = this.takeArrived(stop, changed) || hasMore;
    hasMore = this.load(shown, { stop, changed, isRepaint: false }) || hasMore;
    this.store.trim((tile) => shown.get(tile.source)?.has(tile.key) ?? false);
    return { changed, hasMore };
  }

  dispose(): void {
    this.setSources(new Set());
  }

  private invalidate(source: LayerSource, isStale: (address: TileAddress) => boolean): void {
    for (const tile of this.store.of(source)) {
      if (!isStale(tile.address)) continue;
      if (!tile.isStale) tile.staleSince = performance.now();
      tile.isStale = true;
      tile.failures = 0;
      tile.retryAt = 0;
      this.cancelTile(tile); // what is under way answers an old question
    }
    this.options.onChange();
  }

  private cancel(source: LayerSource, matches: (tile: StoredTile) => boolean): void {
    for (const tile of this.inFlight.get(source) ?? []) if (matches(tile)) this.cancelTile(tile);
  }

  private cancelTile(tile: StoredTile): void {
    tile.request?.abort();
    tile.request = undefined;
    this.inFlight.get(tile.source)?.delete(tile);
  }

  /** Goes round the sources, a tile of each at a time, so that none of them keeps the others waiting. */
  private load(shown: Map<LayerSource, Map<string, TileAddress>>, pass: LoadPass): boolean {
    const queues = [...shown].map(([source, keys]) => ({ source, wanted: this.pending(source, keys, pass) }));
    let hasMore = false;
    for (let painted = 0; queues.length > 0; ) {
      for (const queue of [...queues]) {
        const { source } = queue;
        const isFull = !pass.isRepaint && this.store.isFull;
        const next = isFull || this.flying(source) >= mostInFlight ? undefined : queue.wanted.next().value;
        const isLate = performance.now() > pass.stop && (!pass.isRepaint || painted >= freshPerFrame);
        if (!next || (isLate && !this.answersLater.has(source))) {
          hasMore ||= next !== undefined;
          queues.splice(queues.indexOf(queue), 1);
        } else {
          painted++;
          this.ask(this.store.use(source, next[0], next[1]), pass.changed);
        }
      }
    }
    return hasMore;
  }

  /** Tiles to ask for in this pass: those that waited too long, the longest first; then the others, most urgent first. */
  private pending(
    source: LayerSource,
    keys: Map<string, TileAddress>,
    pass: LoadPass,
  ): Iterator<[string, TileAddress]> {
    const now = performance.now();
    const late: { readonly entry: [string, TileAddress]; readonly since: number }[] = [];
    const others: [string, TileAddress][] = [];
    for (const entry of keys) {
      const tile = this.store.find(source, entry[0]);
      if (pass.isRepaint ? !tile?.isStale : tile?.isLoaded) continue;
      if (tile && (tile.request || tile.retryAt > now)) continue;
      if (pass.isRepaint && now - tile!.staleSince > longestStaleMs) late.push({ entry, since: tile!.staleSince });
      else others.push(entry);
    }
    late.sort((a, b) => a.since - b.since);
    return [...late.map(({ entry }) => entry), ...others].values();
  }

  private flying(source: LayerSource): number {
    return this.inFlight.get(source)?.size ?? mostInFlight;
  }

  private ask(tile: StoredTile, changed: StoredTile[]): void {
    const request = new AbortController();
    try {
      const answer = tile.source.tile(tile.address, request.signal);
      if (answer instanceof Promise) {
        tile.request = request;
        this.answersLater.add(tile.source);
        this.inFlight.get(tile.source)?.add(tile);
        void this.receive(tile, request, answer);
      } else this.put(tile, answer, changed);
    } catch (error) {
      this.fail(tile, error);
    }
  }

  private async receive(
    tile: StoredTile,
    request: AbortController,
    answer: Promise<ImageData | undefined>,
  ): Promise<void> {
    try {
      const image = await answer;
      if (tile.request !== request) return; // taken back meanwhile
      this.inFlight.get(tile.source)?.delete(tile);
      this.arrived.push({ tile, request, image });
      this.options.onChange();
    } catch (error) {
      if (tile.request !== request) return;
      this.cancelTile(tile);
      this.fail(tile, error);
    }
  }

  private fail(tile: StoredTile, error: unknown): void {
    tile.failures++;
    if (tile.failures >= mostFailures) {
      tile.isLoaded = true; // gives up: shows what there was
      tile.isStale = false;
    } else {
      tile.retryAt = performance.now() + retryMs;
      setTimeout(this.options.onChange, retryMs + 1);
    }
    this.options.onError(tile.source, error);
  }

  private takeArrived(stop: number, changed: StoredTile[]): boolean {
    let taken = 0;
    for (const { tile, request, image } of this.arrived) {
      if (taken > 0 && performance.now() > stop) break;
      taken++;
      if (tile.request !== request) continue; // out of date before it was shown
      tile.request = undefined;
      this.put(tile, image, changed);
    }
    this.arrived = this.arrived.slice(taken);
    return this.arrived.length > 0;
  }

  private put(tile: StoredTile, image: ImageData | undefined, changed: StoredTile[]): void {
    this.store.put(tile, image);
    tile.isStale = false;
    tile.failures = 0;
    changed.push(tile);
  }
}

interface Arrival {
  readonly tile: StoredTile;
  readonly request: AbortController;
  readonly image: ImageData | undefined;
}

interface LoadPass {
  readonly stop: number;
  readonly changed: StoredTile[];
  /** Tiles that are out of date, or those never seen. */
  readonly isRepaint: boolean;
}
