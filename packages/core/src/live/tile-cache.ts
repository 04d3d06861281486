import type { Shape3 } from '../grid/axes.ts';
import type { ValueRange } from '../pipeline/value-range.ts';

/** All features of a tile, as a worker keeps them. */
export interface TileFeatures {
  /** float32, shape (featureCount, ...shape). */
  readonly data: Float32Array;
  readonly featureCount: number;
  readonly shape: Shape3;
  /** Of the image around the tile. */
  readonly valueRange: ValueRange;
  /** uint8 per voxel: 0 where nothing is predicted; absent without a mask. */
  readonly mask?: Uint8Array;
}

/**
 * The features one worker keeps, up to so many bytes. Tiles that are not wanted give way first, those not used for longest before
 * others; a wanted tile never gives way to another, as that one would then have to give way to it.
 */
export class TileCache {
  private limitBytes: number;
  /** The limit is never set higher again: so much was too much. */
  private mostBytes = Infinity;
  private usedBytes = 0;
  private wanted: ReadonlySet<string> = new Set();
  /** The one not used for longest first. */
  private readonly tiles = new Map<string, TileFeatures>();

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  get bytes(): number {
    return this.usedBytes;
  }

  get(key: string): TileFeatures | undefined {
    const tile = this.tiles.get(key);
    if (!tile) return undefined;
    this.tiles.delete(key);
    this.tiles.set(key, tile);
    return tile;
  }

  /** Keeps a tile if there is room, or can be made. Returns the keys of the tiles that are gone. */
  add(key: string, tile: TileFeatures): string[] {
    const gone: string[] = [];
    const bytes = tile.data.byteLength;
    for (const other of [...this.tiles.keys()]) {
      if (this.usedBytes + bytes <= this.limitBytes) break;
      if (this.wanted.has(other)) continue;
      this.remove(other);
      gone.push(other);
    }
    if (this.usedBytes + bytes > this.limitBytes) return [...gone, key];
    this.tiles.set(key, tile);
    this.usedBytes += bytes;
    return gone;
  }

  setWanted(keys: readonly string[]): void {
    this.wanted = new Set(keys);
  }

  setLimit(bytes: number): string[] {
    this.limitBytes = Math.min(bytes, this.mostBytes);
    return this.removeWhere(() => this.usedBytes > this.limitBytes);
  }

  /** Memory has run out: gives up everything, and keeps half as much from now on. */
  giveUp(): string[] {
    this.mostBytes = Math.floor(Math.min(this.limitBytes, this.usedBytes) / 2);
    this.limitBytes = this.mostBytes;
    return this.removeWhere(() => true);
  }

  removeWhere(isMeant: (key: string) => boolean): string[] {
    const gone: string[] = [];
    for (const key of [...this.tiles.keys()]) {
      if (!isMeant(key)) continue;
      this.remove(key);
      gone.push(key);
    }
    return gone;
  }

  private remove(key: string): void {
    this.usedBytes -= this.tiles.get(key)?.data.byteLength ?? 0;
    this.tiles.delete(key);
  }
}
