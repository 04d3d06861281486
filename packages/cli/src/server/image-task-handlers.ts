import {
  allocateTensor,
  copyBox,
  cropTensor,
  openImage,
  tensorDtype,
  throwIfAborted,
  translateRoi,
  wholeRoi,
  type ImageSource,
  type Plugin,
  type Roi,
  type TaskContext,
  type TaskHandler,
  type Tensor,
} from '@brushwood/core';
import { endianness } from 'node:os';
import { readDownsampled } from './downsample.ts';
import { imageChunkTask, imageInfoTask, type ChunkInput, type ServedImage } from './image-tasks.ts';
import { RecentValues } from './recent-values.ts';

const describeImage: TaskHandler<ServedImage, ImageSource['info']> = {
  task: imageInfoTask,
  run: async (image, context) => (await openServed(image, context)).source.info,
};

const readChunk: TaskHandler<ChunkInput, Uint8Array<ArrayBuffer>> = {
  task: imageChunkTask,
  run: async (input, context) => {
    const opened = await openServed(input.image, context);
    throwIfAborted(context.signal);
    const isReduced = input.factor.some((times) => times > 1);
    const box = isReduced
      ? await readDownsampled(opened.source, input, context.signal)
      : await readFromSlab(opened, input, context.signal);
    return bytesOf(fillChunk(box, input.chunkShape));
  },
  transfer: ({ buffer }) => [buffer],
};

/** What the workers of the server do besides what plugins bring. */
export const imageTasks: Plugin = { name: '@brushwood/cli', tasks: [describeImage, readChunk] };

interface OpenedImage {
  readonly source: ImageSource;
  readonly slabs: RecentValues<Tensor>;
}

/** Of an image in one worker. */
const slabCacheBytes = 64 << 20;

function openServed({ key, request }: ServedImage, { session, catalog }: TaskContext): Promise<OpenedImage> {
  return session(
    `ui.image ${key}`,
    async () => ({ source: await openImage(catalog.formats, request), slabs: new RecentValues(slabCacheBytes) }),
    ({ source }) => source.close(),
  );
}

/** The chunks of a slab are asked for one after the other: the first request reads them all. */
async function readFromSlab(
  { source, slabs }: OpenedImage,
  { roi, slab, sourceLevel: level }: ChunkInput,
  signal: AbortSignal,
): Promise<Tensor> {
  if (isSameBox(roi, slab)) return source.read(roi, { level, signal });
  const key = `${level} ${slab.start.join(',')}`;
  let whole = slabs.get(key);
  if (!whole) {
    whole = await source.read(slab, { level, signal });
    slabs.set(key, whole, whole.data.byteLength);
  }
  return cropTensor(
    whole,
    translateRoi(
      roi,
      slab.start.map((start) => -start),
    ),
  );
}

function isSameBox(a: Roi, b: Roi): boolean {
  return [...a.start, ...a.stop].every((at, i) => at === [...b.start, ...b.stop][i]);
}

/** At the image's edge a box is smaller than its chunk; Zarr stores chunks in full. */
function fillChunk(box: Tensor, chunkShape: ChunkInput['chunkShape']): Tensor {
  if (box.shape.every((size, axis) => size === chunkShape[axis])) return box;
  const chunk = allocateTensor(tensorDtype(box), chunkShape);
  copyBox(box, wholeRoi(box.shape), chunk, wholeRoi(box.shape));
  return chunk;
}

/** In memory of its own, so that it can move to another thread. */
function bytesOf({ data }: Tensor): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT: size } = data;
  const isWhole = buffer instanceof ArrayBuffer && byteLength === buffer.byteLength;
  const bytes = isWhole ? new Uint8Array(buffer) : new Uint8Array(buffer, byteOffset, byteLength).slice();
  if (endianness() === 'BE') for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
  return bytes;
}
