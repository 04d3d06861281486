import {
  allocateTensor,
  AxisOrder,
  BrushwoodError,
  checkRoi,
  type ImageInfo,
  type ImageSource,
  type ReadOptions,
  type Roi,
  roiShape,
  stridesOf,
  type Tensor,
  throwIfAborted,
} from '@brushwood/core';
import { ChunkCache } from './chunk-cache.ts';
import { ChunkReader, type DecodedChunk } from './chunk-reader.ts';
import type { ZarrStore } from './store.ts';
import { copyStrided } from './strided-copy.ts';
import type { ZarrImage } from './zarr-image.ts';

/** Chunks of one read under way at once: hides the time of a request without holding many chunks in memory. */
const parallelChunks = 8;
/** 256 chunks of 64³ bytes. */
const defaultCacheBytes = 64 * 1024 * 1024;

/** An opened Zarr image. Decodes the chunks that a box touches, each once, straight into the result. */
export class ZarrSource implements ImageSource {
  readonly info: ImageInfo;
  private readonly name: string;
  private readonly image: ZarrImage;
  private readonly order: AxisOrder;
  private readonly readers: readonly ChunkReader[];
  private readonly cache: ChunkCache<DecodedChunk>;
  private isClosed = false;

  private constructor(
    image: ZarrImage,
    readers: readonly ChunkReader[],
    options: { name: string; cacheBytes: number },
  ) {
    this.image = image;
    this.readers = readers;
    this.name = options.name;
    this.cache = new ChunkCache({ maxBytes: options.cacheBytes, bytesOf: ({ data }) => data.byteLength });
    this.order = new AxisOrder(image.axes);
    this.info = describeImage(image, this.order);
  }

  /**
   * @param cacheBytes of decoded chunks that are kept, as neighbouring boxes share chunks where they overlap
   * @param indexBytes of shard indexes that are kept, per level
   */
  static async open(
    store: ZarrStore,
    image: ZarrImage,
    { name, cacheBytes = defaultCacheBytes, indexBytes }: { name: string; cacheBytes?: number; indexBytes?: number },
  ): Promise<ZarrSource> {
    const options = { who: name, indexBytes, isDense: image.isDense };
    const readers = await Promise.all(image.levels.map(({ array }) => ChunkReader.open(store, array, options)));
    return new ZarrSource(image, readers, { name, cacheBytes });
  }

  async read(roi: Roi, options: ReadOptions = {}): Promise<Tensor> {
    const { level = 0, signal } = options;
    this.check(level, signal);
    checkRoi(roi, this.info.levels[level]!.shape, this.name);
    const out = allocateTensor(this.info.dtype, roiShape(roi));
    const { chunkShape } = this.image.levels[level]!.array;
    const box = this.order.toFileRoi(roi);
    const outStrides = this.order.toFileShape(stridesOf(out.shape));
    const chunks = chunksOf(box, chunkShape);
    const readOn = async () => {
      for (const chunk of chunks) {
        const { data, strides } = await this.readChunk(level, chunk, signal);
        this.check(level, signal);
        const origin = chunk.map((at, i) => at * chunkShape[i]!);
        const start = origin.map((at, i) => Math.max(at, box.start[i]!));
        const stop = origin.map((at, i) => Math.min(at + chunkShape[i]!, box.stop[i]!));
        copyStrided(
          { data, strides, offset: offsetOf(start, origin, strides) },
          { data: out.data, strides: outStrides, offset: offsetOf(start, box.start, outStrides) },
          stop.map((end, i) => end - start[i]!),
        );
      }
    };
    // All take from one list; the first failure ends it for the others too.
    await Promise.all(Array.from({ length: parallelChunks }, readOn));
    return out;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.cache.clear();
  }

  private readChunk(level: number, chunk: readonly number[], signal?: AbortSignal): Promise<DecodedChunk> {
    const load = (stop: AbortSignal) => this.readers[level]!.read(chunk, stop);
    return this.cache.read(`${level}/${chunk.join('/')}`, load, signal);
  }

  private check(level: number, signal?: AbortSignal): void {
    throwIfAborted(signal);
    if (this.isClosed) {
      throw new BrushwoodError('closed', `${this.name} is closed. Open it again to read from it.`, { path: this.name });
    }
    if (!this.readers[level]) {
      const count = this.readers.length;
      throw new BrushwoodError(
        'invalid-parameter',
        `${this.name} has no level ${level}; it has ${count}, counted from 0.`,
        { level, count },
      );
    }
  }
}

function describeImage({ axes, levels, isDense: _, ...about }: ZarrImage, order: AxisOrder): ImageInfo {
  return {
    ...about,
    fileAxes: axes,
    shape: order.toCoreShape(levels[0]!.array.shape),
    dtype: levels[0]!.array.dtype,
    levels: levels.map(({ array, downsampling }) => ({
      shape: order.toCoreShape(array.shape),
      chunkShape: order.toCoreShape(array.chunkShape.map((size, i) => Math.min(size, array.shape[i]!))),
      downsampling: order.toCoreShape(downsampling),
    })),
  };
}

/** Coordinates, counted in chunks, of all chunks that a box touches. */
function* chunksOf(
  box: { readonly start: readonly number[]; readonly stop: readonly number[] },
  chunkShape: readonly number[],
): Generator<number[]> {
  const first = box.start.map((start, i) => Math.floor(start / chunkShape[i]!));
  const end = box.stop.map((stop, i) => Math.ceil(stop / chunkShape[i]!));
  const at = [...first];
  while (true) {
    yield [...at];
    let axis = at.length - 1;
    at[axis]! += 1;
    while (at[axis]! >= end[axis]!) {
      if (axis === 0) return;
      at[axis] = first[axis]!;
      at[--axis]! += 1;
    }
  }
}

function offsetOf(position: readonly number[], origin: readonly number[], strides: readonly number[]): number {
  return position.reduce((sum, at, i) => sum + (at - origin[i]!) * strides[i]!, 0);
}
