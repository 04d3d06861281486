import { defineTask, type WorkerPool } from '../contracts/worker-pool.ts';
import { throwIfAborted } from '../errors.ts';
import type { Roi } from '../grid/roi.ts';
import type { Tensor } from '../grid/tensor.ts';
import { openImage, type ImageRequest } from '../pipeline/open-image.ts';

/** A box of an image as it is stored. Plain data. */
export interface BoxRequest {
  /** 0 = full resolution. */
  readonly level: number;
  /** In voxels of the level; axis c counts the channels the image is used with. */
  readonly roi: Roi;
}

export const readBoxTask = defineTask<BoxRequest & { readonly image: ImageRequest }, Tensor>('core/read-box');

/**
 * Reads a box of an image in a worker, which keeps the image open for the next ones. Values are the file's; the channels are those
 * the request chooses. An image in memory is read at once, here.
 * @throws what opening and reading throws, 'invalid-parameter' for a level that there isn't, 'aborted'
 */
export async function readBox(
  pool: WorkerPool,
  image: ImageRequest,
  { level, roi, signal }: BoxRequest & { readonly signal?: AbortSignal },
): Promise<Tensor> {
  throwIfAborted(signal);
  if (!image.location.tensor) return pool.run(readBoxTask, { image, level, roi }, { signal });
  const source = await openImage([], image);
  try {
    return await source.read(roi, { level, signal });
  } finally {
    await source.close();
  }
}
