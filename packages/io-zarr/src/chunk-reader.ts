import {
  abortError,
  allocateArray,
  BrushwoodError,
  elementCount,
  isAbortError,
  messageOf,
  stridesOf,
  type TypedArray,
} from '@brushwood/core';
import { type Array as ZarritaArray, BoolArray, type DataType, Location, open } from 'zarrita';
import type { ZarrStore } from './store.ts';
import type { ZarrArray } from './zarr-node.ts';

/** A decoded chunk; at the end of an array it reaches beyond. Strides are in elements. */
export interface DecodedChunk {
  readonly data: TypedArray;
  readonly strides: readonly number[];
}

type Decoder = ZarritaArray<DataType, ZarrStore>;

/** zarrita keeps the index of every shard it has read from, 16 bytes a chunk. */
const defaultIndexBytes = 32 * 1024 * 1024;

const copyAgain = 'Copy the image again, or have it written again.';

interface ReaderOptions {
  readonly name: string;
  readonly indexBytes: number;
  readonly openDecoder: () => Promise<Decoder>;
}

/** Decodes chunks of one array. */
export class ChunkReader {
  private readonly array: ZarrArray;
  private readonly name: string;
  private readonly openDecoder: () => Promise<Decoder>;
  private decoder: Promise<Decoder>;
  /** Shards whose index the decoder has. */
  private indexed = new Set<string>();
  private readonly maxIndexed: number;

  private constructor(array: ZarrArray, { name, indexBytes, openDecoder }: ReaderOptions) {
    this.array = array;
    this.name = name;
    this.openDecoder = openDecoder;
    this.decoder = openDecoder();
    const { shardShape, chunkShape } = array;
    const chunksPerShard = shardShape ? elementCount(shardShape) / elementCount(chunkShape) : 0;
    this.maxIndexed = Math.max(8, Math.floor(indexBytes / (16 * chunksPerShard)));
  }

  static async open(
    store: ZarrStore,
    array: ZarrArray,
    { who, indexBytes = defaultIndexBytes, isDense = false }: { who: string; indexBytes?: number; isDense?: boolean },
  ): Promise<ChunkReader> {
    const chunks = isDense ? refuseMissing(store) : store;
    const location = new Location(rememberMetadata(chunks), `/${array.path}`);
    const openArray = array.version === 2 ? open.v2 : open.v3;
    const openDecoder = () => openArray(location, { kind: 'array' });
    const reader = new ChunkReader(array, { name: array.path ? `${who}/${array.path}` : who, indexBytes, openDecoder });
    await reader.decoder;
    return reader;
  }

  /**
   * The chunk at these coordinates, counted in chunks; one that is not stored is full of the fill value.
   * @throws {BrushwoodError} 'broken-file' naming the chunk, 'aborted'
   */
  async read(coordinates: readonly number[], signal?: AbortSignal): Promise<DecodedChunk> {
    const decoder = await this.decoderFor(coordinates);
    try {
      const chunk = await decoder.getChunk([...coordinates], { signal });
      const data = chunk.data instanceof BoolArray ? bytesOf(chunk.data) : (chunk.data as TypedArray);
      const expected = elementCount(this.array.chunkShape);
      if (data.length !== expected) throw new Error(`it holds ${data.length} values instead of ${expected}`);
      return { data, strides: chunk.stride };
    } catch (cause) {
      if (isAbortError(cause)) throw abortError(signal);
      if (cause instanceof TypeError && decoder.fillValue === null) return this.emptyChunk();
      throw this.broken(coordinates, cause);
    }
  }

  /** A new decoder, without any index, takes over when the old one has too many. */
  private decoderFor(coordinates: readonly number[]): Promise<Decoder> {
    const { shardShape, chunkShape } = this.array;
    if (shardShape) {
      const shard = coordinates.map((at, i) => Math.floor((at * chunkShape[i]!) / shardShape[i]!)).join();
      if (!this.indexed.has(shard) && this.indexed.size >= this.maxIndexed) {
        this.decoder = this.openDecoder();
        this.indexed = new Set();
      }
      this.indexed.add(shard);
    }
    return this.decoder;
  }

  /** zarrita cannot fill 64-bit integers with a fill value of null, which means "anything". */
  private emptyChunk(): DecodedChunk {
    const { dtype, chunkShape } = this.array;
    return { data: allocateArray(dtype, elementCount(chunkShape)), strides: stridesOf(chunkShape) };
  }

  private broken(coordinates: readonly number[], cause: unknown): BrushwoodError {
    const inner = cause instanceof Error && cause.cause !== undefined ? ` (${messageOf(cause.cause)})` : '';
    const isKnown = cause instanceof BrushwoodError; // its message says what to do
    return new BrushwoodError(
      isKnown ? cause.code : 'broken-file',
      `${this.name}: chunk (${coordinates.join(', ')}) cannot be read: ${messageOf(cause)}` +
        (isKnown ? '' : `${inner}. ${copyAgain}`),
      { array: this.array.path, chunk: [...coordinates] },
      { cause },
    );
  }
}

function bytesOf(bools: BoolArray): Uint8Array {
  return new Uint8Array(bools.buffer, bools.byteOffset, bools.length);
}

const metadataName = /\/(zarr\.json|\.zarray|\.zattrs)$/;

/** For images of which every chunk is stored. */
function refuseMissing(store: ZarrStore): ZarrStore {
  const present = async (key: string, bytes: Promise<Uint8Array | undefined>) => {
    const found = await bytes;
    if (found || metadataName.test(key)) return found;
    throw new BrushwoodError(
      'broken-file',
      `${key.slice(1)} is missing, although all chunks of this image were written. ${copyAgain}`,
      {
        object: key.slice(1),
      },
    );
  };
  return {
    ...store,
    get: (key, options) => present(key, store.get(key, options)),
    getRange: (key, range, options) => present(key, store.getRange(key, range, options)),
  };
}

/** Opening an array again must not ask a server again. */
function rememberMetadata(store: ZarrStore): ZarrStore {
  const known = new Map<string, Uint8Array | undefined>();
  return {
    ...store,
    async get(key, options) {
      if (!metadataName.test(key)) return store.get(key, options);
      if (!known.has(key)) known.set(key, await store.get(key, options));
      return known.get(key);
    },
  };
}
