import type { TaskHandler } from '../contracts/worker-pool.ts';
import type { Tensor } from '../grid/tensor.ts';
import { openImage, type ImageRequest } from '../pipeline/open-image.ts';
import { readBoxTask, type BoxRequest } from './read-box.ts';

export const readBoxHandler: TaskHandler<BoxRequest & { readonly image: ImageRequest }, Tensor> = {
  task: readBoxTask,
  // Open images cost little but what their formats buffer.
  sessions: { kind: 'read-box', limit: 8 },
  async run({ image, level, roi }, { catalog, signal, session }) {
    const source = await session(
      imageKey(image),
      () => openImage(catalog.formats, image),
      (opened) => opened.close(),
    );
    return source.read(roi, { level, signal });
  },
  transfer: ({ data }) => [data.buffer as ArrayBuffer],
};

/** Files given by the browser are told apart by what they are known by. */
function imageKey(image: ImageRequest): string {
  const { blob } = image.location;
  const file = blob && [blob.size, blob.type, (blob as Partial<File>).lastModified];
  return JSON.stringify([image, file]);
}
