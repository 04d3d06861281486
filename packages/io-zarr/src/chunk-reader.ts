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

/** Decodes chunks of one array. */
export class ChunkReader {
  private readonly array: ZarrArray;
  private readonly decoder: ZarritaArray<DataType, ZarrStore>;
  private readonly name: string;

  private constructor(array: ZarrArray, decoder: ZarritaArray<DataType, ZarrStore>, name: string) {
    this.array = array;
    this.decoder = decoder;
    this.name = name;
  }

  static async open(store: ZarrStore, array: ZarrArray, who: string): Promise<ChunkReader> {
    const location = new Location(store, `/${array.path}`);
    const openArray = array.version === 2 ? open.v2 : open.v3;
    return new ChunkReader(
      array,
      await openArray(location, { kind: 'array' }),
      array.path ? `${who}/${array.path}` : who,
    );
  }

  /**
   * The chunk at these coordinates, counted in chunks; one that is not stored is full of the fill value.
   * @throws {BrushwoodError} 'broken-file' naming the chunk, 'aborted'
   */
  async read(coordinates: readonly number[], signal?: AbortSignal): Promise<DecodedChunk> {
    try {
      const chunk = await this.decoder.getChunk([...coordinates], { signal });
      const data = chunk.data instanceof BoolArray ? bytesOf(chunk.data) : (chunk.data as TypedArray);
      const expected = elementCount(this.array.chunkShape);
      if (data.length !== expected) throw new Error(`it holds ${data.length} values instead of ${expected}`);
      return { data, strides: chunk.stride };
    } catch (cause) {
      if (isAbortError(cause)) throw abortError(signal);
      if (cause instanceof TypeError && this.decoder.fillValue === null) return this.emptyChunk();
      throw this.broken(coordinates, cause);
    }
  }

  /** zarrita cannot fill 64-bit integers with a fill value of null, which means "anything". */
  private emptyChunk(): DecodedChunk {
    const { dtype, chunkShape } = this.array;
    return { data: allocateArray(dtype, elementCount(chunkShape)), strides: stridesOf(chunkShape) };
  }

  private broken(coordinates: readonly number[], cause: unknown): BrushwoodError {
    const inner = cause instanceof Error && cause.cause !== undefined ? ` (${messageOf(cause.cause)})` : '';
    return new BrushwoodError(
      cause instanceof BrushwoodError ? cause.code : 'broken-file',
      `${this.name}: chunk (${coordinates.join(', ')}) cannot be read: ${messageOf(cause)}${inner}. ` +
        'Copy the image again, or have it written again.',
      { array: this.array.path, chunk: [...coordinates] },
      { cause },
    );
  }
}

function bytesOf(bools: BoolArray): Uint8Array {
  return new Uint8Array(bools.buffer, bools.byteOffset, bools.length);
}
