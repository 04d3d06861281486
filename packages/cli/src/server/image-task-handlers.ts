import {
  allocateTensor,
  copyBox,
  openImage,
  tensorDtype,
  throwIfAborted,
  wholeRoi,
  type ImageSource,
  type Plugin,
  type TaskContext,
  type TaskHandler,
  type Tensor,
} from '@brushwood/core';
import { endianness } from 'node:os';
import { readDownsampled } from './downsample.ts';
import { imageChunkTask, imageInfoTask, type ChunkInput, type ServedImage } from './image-tasks.ts';

const describeImage: TaskHandler<ServedImage, ImageSource['info']> = {
  task: imageInfoTask,
  run: async (image, context) => (await openServed(image, context)).info,
};

const readChunk: TaskHandler<ChunkInput, Uint8Array<ArrayBuffer>> = {
  task: imageChunkTask,
  run: async (input, context) => {
    const source = await openServed(input.image, context);
    throwIfAborted(context.signal);
    const isReduced = input.factor.some((times) => times > 1);
    const box = isReduced
      ? await readDownsampled(source, input, context.signal)
      : await source.read(input.roi, { level: input.sourceLevel, signal: context.signal });
    return bytesOf(fillChunk(box, input.chunkShape));
  },
  transfer: ({ buffer }) => [buffer],
};

/** What the workers of the server do besides what plugins bring. */
export const imageTasks: Plugin = { name: '@brushwood/cli', tasks: [describeImage, readChunk] };

function openServed({ key, request }: ServedImage, { session, catalog }: TaskContext): Promise<ImageSource> {
  return session(
    `ui.image ${key}`,
    () => openImage(catalog.formats, request),
    (source) => source.close(),
  );
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
