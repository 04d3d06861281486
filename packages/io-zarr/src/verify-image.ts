import { type ImageLocation, isAbortError, messageOf, type RunOptions, throwIfAborted } from '@brushwood/core';
import { ChunkReader } from './chunk-reader.ts';
import { openStore, type ZarrStore } from './store.ts';
import { findImage } from './zarr-image.ts';
import type { ZarrArray } from './zarr-node.ts';

/** What is wrong with an image; lists name the first of many. */
export interface ZarrReport {
  /** Chunks of all levels. */
  readonly chunkCount: number;
  readonly missingCount: number;
  /** Objects that are not stored: shards, or chunks of images without shards. */
  readonly missing: readonly string[];
  readonly unreadableCount: number;
  /** Messages that name the chunk. */
  readonly unreadable: readonly string[];
}

const maxNamed = 100;
const parallelChunks = 4;

/**
 * Decodes every chunk of every level, as a chunk that is not stored reads as background: right for sparse images of others, but
 * a loss in ours, which store every chunk.
 * @throws {BrushwoodError} those of `StorageFormat.open`
 */
export async function verifyZarr(
  location: ImageLocation,
  { signal, onProgress }: RunOptions = {},
): Promise<ZarrReport> {
  throwIfAborted(signal);
  const { store, innerPath } = await openStore(location);
  const image = await findImage(store, innerPath, { who: location.path });
  const arrays = image.levels.map(({ array }) => array);
  const chunkCount = arrays.reduce((sum, array) => sum + countOf(array), 0);
  const missing = new NameList();
  const unreadable = new NameList();
  let done = 0;
  for (const array of arrays) {
    const reader = await ChunkReader.open(reportMissing(store, missing), array, { who: location.path });
    const chunks = chunksOf(array);
    const readOn = async () => {
      for (const chunk of chunks) {
        throwIfAborted(signal);
        await reader.read(chunk, signal).catch((error: unknown) => {
          if (isAbortError(error)) throw error;
          unreadable.add(messageOf(error));
        });
        onProgress?.({ phase: 'verify', done: ++done, total: chunkCount, unit: 'chunks' });
      }
    };
    await Promise.all(Array.from({ length: parallelChunks }, readOn));
  }
  return {
    chunkCount,
    missingCount: missing.count,
    missing: missing.names,
    unreadableCount: unreadable.count,
    unreadable: unreadable.names,
  };
}

/** Counts all, remembers some. */
class NameList {
  count = 0;
  readonly names: string[] = [];
  private last: string | undefined;

  add(name: string): void {
    // The chunks of a missing shard ask for it one after another.
    if (name === this.last || this.names.includes(name)) return;
    this.last = name;
    this.count++;
    if (this.names.length < maxNamed) this.names.push(name);
  }
}

function reportMissing(store: ZarrStore, missing: NameList): ZarrStore {
  const noticed = async (key: string, bytes: Promise<Uint8Array | undefined>) => {
    const found = await bytes;
    if (!found && !/\/(zarr\.json|\.z[a-z]+)$/.test(key)) missing.add(key.slice(1));
    return found;
  };
  return {
    ...store,
    get: (key, options) => noticed(key, store.get(key, options)),
    getRange: (key, range, options) => noticed(key, store.getRange(key, range, options)),
  };
}

function countOf({ shape, chunkShape }: ZarrArray): number {
  return shape.reduce((product, size, i) => product * Math.ceil(size / chunkShape[i]!), 1);
}

function* chunksOf({ shape, chunkShape }: ZarrArray): Generator<number[]> {
  const counts = shape.map((size, i) => Math.ceil(size / chunkShape[i]!));
  const total = counts.reduce((product, count) => product * count, 1);
  for (let number = 0; number < total; number++) {
    let rest = number;
    yield counts
      .toReversed()
      .map((count) => {
        const at = rest % count;
        rest = Math.floor(rest / count);
        return at;
      })
      .toReversed();
  }
}
