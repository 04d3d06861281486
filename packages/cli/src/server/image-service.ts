import { describeLocation, type ImageRequest, type WorkerPool } from '@brushwood/core';
import { imageChunkTask, imageInfoTask, type ServedImage } from './image-tasks.ts';
import { RecentValues } from './recent-values.ts';
import { SharedReads } from './shared-reads.ts';
import { zarrViewOf, type ChunkPlace, type ZarrView } from './zarr-view.ts';

/** Of chunks that are kept for the next request. */
const cacheBytes = 256 << 20;

/** Reads images in the workers of a pool, so that the server goes on answering. Chunks are kept for a while. */
export class ImageService {
  private readonly pool: WorkerPool;
  private readonly views = new Map<string, Promise<ZarrView>>();
  private readonly recent = new RecentValues<Uint8Array>(cacheBytes);
  private readonly reads = new SharedReads<Uint8Array>();

  constructor(pool: WorkerPool) {
    this.pool = pool;
  }

  /** How an image is served. One that cannot be opened is tried again the next time. */
  view(id: string, request: ImageRequest): Promise<ZarrView> {
    const key = keyOf(id, request);
    const known = this.views.get(key);
    if (known) return known;
    const image: ServedImage = { key, request };
    const view = this.pool.run(imageInfoTask, image, { affinity: affinityOf(id, []) }).then(zarrViewOf);
    this.views.set(key, view);
    view.catch(() => this.views.delete(key));
    return view;
  }

  /**
   * The bytes of a chunk. Requests for one chunk share its reading, which stops when the last of them has gone.
   * @throws those of opening and reading images; 'aborted'
   */
  async chunk(id: string, request: ImageRequest, place: ChunkPlace, signal: AbortSignal): Promise<Uint8Array> {
    const { info } = await this.view(id, request);
    const { level, roi, slab } = place;
    const key = `${keyOf(id, request)} ${level.sourceLevel} ${level.factor.join(',')} ${roi.start.join(',')}`;
    const kept = this.recent.get(key);
    if (kept) return kept;
    const input = {
      image: { key: keyOf(id, request), request },
      sourceLevel: level.sourceLevel,
      factor: level.factor,
      sourceShape: info.levels[level.sourceLevel]!.shape,
      roi,
      slab,
      chunkShape: level.chunkShape,
    };
    const affinity = affinityOf(id, [level.sourceLevel, ...slab.start]);
    const read = async (stop: AbortSignal) => {
      const bytes = await this.pool.run(imageChunkTask, input, { signal: stop, affinity });
      this.recent.set(key, bytes, bytes.length);
      return bytes;
    };
    return this.reads.join(key, read, signal);
  }
}

/** An image that is kept elsewhere since, or read with other axes, is another one. */
function keyOf(id: string, { location, axes = '' }: ImageRequest): string {
  return `${id} ${axes} ${describeLocation(location)}`;
}

/** Chunks that are read together go to one worker, which keeps what it read for a while. */
function affinityOf(id: string, position: readonly number[]): number {
  let hash = 17;
  for (const part of [...id].map((letter) => letter.charCodeAt(0))) hash = (hash * 31 + part) >>> 0;
  for (const part of position) hash = (hash * 31 + part) >>> 0;
  return hash;
}
