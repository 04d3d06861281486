import type { LayerSource, TileAddress } from './layer.ts';

/** A tile of a source as far as it is known. */
export interface StoredTile {
  readonly source: LayerSource;
  readonly key: string;
  readonly address: TileAddress;
  /** What to draw; undefined if the source has nothing to show here, or has not answered yet. */
  surface?: OffscreenCanvas;
  /** The source has answered at least once. */
  isLoaded: boolean;
  /** Out of date: asked for again when it is shown. */
  isStale: boolean;
  /** Time since which it is out of date. */
  staleSince: number;
  /** Pending request. */
  request?: AbortController;
  /** Requests that failed in a row, and the time before which it is not tried again. */
  failures: number;
  retryAt: number;
}

/** What an entry without pixels costs, so that empty tiles don't pile up without end. */
const emptyBytes = 512;

/** The tiles of all layers of a viewer, bounded in bytes: those not seen for the longest time go first. */
export class TileStore {
  readonly budgetBytes: number;
  private readonly tiles = new Map<LayerSource, Map<string, StoredTile>>();
  /** Oldest use first. */
  private readonly uses = new Set<StoredTile>();
  private usedBytes = 0;

  constructor(budgetBytes: number) {
    this.budgetBytes = budgetBytes;
  }

  get bytes(): number {
    return this.usedBytes;
  }

  get isFull(): boolean {
    return this.usedBytes >= this.budgetBytes;
  }

  find(source: LayerSource, key: string): StoredTile | undefined {
    return this.tiles.get(source)?.get(key);
  }

  of(source: LayerSource): Iterable<StoredTile> {
    return this.tiles.get(source)?.values() ?? [];
  }

  /** The tile, created if it is new, and marked as used. */
  use(source: LayerSource, key: string, address: TileAddress): StoredTile {
    let ofSource = this.tiles.get(source);
    if (!ofSource) this.tiles.set(source, (ofSource = new Map()));
    let tile = ofSource.get(key);
    if (!tile) {
      tile = { source, key, address, isLoaded: false, isStale: false, staleSince: 0, failures: 0, retryAt: 0 };
      ofSource.set(key, tile);
      this.usedBytes += emptyBytes;
    }
    this.uses.delete(tile);
    this.uses.add(tile);
    return tile;
  }

  /** Puts new pixels on a tile; undefined clears it. The tile's canvas is used again, so a repaint allocates nothing. */
  put(tile: StoredTile, image: ImageData | undefined): void {
    const before = surfaceBytes(tile.surface);
    if (image) {
      const { surface } = tile;
      const fits = surface?.width === image.width && surface.height === image.height;
      tile.surface = fits ? surface : new OffscreenCanvas(image.width, image.height);
      tile.surface.getContext('2d')!.putImageData(image, 0, 0);
    } else tile.surface = undefined;
    tile.isLoaded = true;
    if (this.uses.has(tile)) this.usedBytes += surfaceBytes(tile.surface) - before;
  }

  /** Drops tiles that are not wanted until the rest fits. */
  trim(isWanted: (tile: StoredTile) => boolean): void {
    if (this.usedBytes <= this.budgetBytes) return;
    const enough = this.budgetBytes * 0.9; // not again with the very next tile
    for (const tile of this.uses) {
      if (this.usedBytes <= enough) return;
      if (!isWanted(tile)) this.drop(tile);
    }
  }

  /** Forgets all tiles of a source. */
  forget(source: LayerSource): void {
    for (const tile of this.of(source)) this.drop(tile);
    this.tiles.delete(source);
  }

  private drop(tile: StoredTile): void {
    tile.request?.abort();
    tile.request = undefined;
    this.usedBytes -= emptyBytes + surfaceBytes(tile.surface);
    this.uses.delete(tile);
    this.tiles.get(tile.source)?.delete(tile.key);
  }
}

function surfaceBytes(surface: OffscreenCanvas | undefined): number {
  return surface ? 4 * surface.width * surface.height : 0;
}
