import type { ImageLocation } from '../contracts/image-location.ts';
import { defineTask, type WorkerPool } from '../contracts/worker-pool.ts';
import { throwIfAborted } from '../errors.ts';
import type { Roi } from '../grid/roi.ts';
import type { Tensor } from '../grid/tensor.ts';
import { openImage, type ImageRequest } from '../pipeline/open-image.ts';
import { randomUuid } from '../random-uuid.ts';

/** A box of an image as it is stored. Plain data. */
export interface BoxRequest {
  /** 0 = full resolution. */
  readonly level: number;
  /** In voxels of the level; axis c counts the channels the image is used with. */
  readonly roi: Roi;
}

export interface ReadBoxInput extends BoxRequest {
  /** Names the image. */
  readonly key: string;
  /** Left out until the worker misses it: a folder of files is large. */
  readonly image?: ImageRequest;
}

/** Null: the worker does not have the image open. */
export const readBoxTask = defineTask<ReadBoxInput, Tensor | null>('core/read-box');

/** Names of locations, so that a worker recognises what it has open: nothing of a folder of files can be compared. */
const names = new WeakMap<ImageLocation, string>();

/**
 * Reads a box of an image in a worker, which keeps the image open for the next ones: it recognises the image by the identity of its
 * `location`. Values are the file's; the channels are those the request chooses. An image in memory is read at once, here.
 * @throws what opening and reading throws, 'invalid-parameter' for a level that there isn't, 'aborted'
 */
export async function readBox(
  pool: WorkerPool,
  image: ImageRequest,
  { level, roi, signal }: BoxRequest & { readonly signal?: AbortSignal },
): Promise<Tensor> {
  throwIfAborted(signal);
  if (image.location.tensor) return readHere(image, { level, roi, signal });
  const name = names.get(image.location) ?? randomUuid();
  names.set(image.location, name);
  const { location: _, ...how } = image;
  const key = JSON.stringify([name, how]);
  const box = await pool.run(readBoxTask, { key, level, roi }, { signal });
  return box ?? (await pool.run(readBoxTask, { key, level, roi, image }, { signal }))!;
}

async function readHere(
  image: ImageRequest,
  { level, roi, signal }: BoxRequest & { readonly signal?: AbortSignal },
): Promise<Tensor> {
  const source = await openImage([], image);
  try {
    return await source.read(roi, { level, signal });
  } finally {
    await source.close();
  }
}
