import type { TaskHandler } from '../contracts/worker-pool.ts';
import type { ImageSource } from '../contracts/image-source.ts';
import type { Tensor } from '../grid/tensor.ts';
import { openImage } from '../pipeline/open-image.ts';
import { readBoxTask, type ReadBoxInput } from './read-box.ts';

const missing = Symbol('the image is not open');

export const readBoxHandler: TaskHandler<ReadBoxInput, Tensor | null> = {
  task: readBoxTask,
  // Open images cost little but what their formats buffer.
  sessions: { kind: 'read-box', limit: 8 },
  async run({ key, image, level, roi }, { catalog, signal, session }) {
    const open = () => (image ? openImage(catalog.formats, image) : Promise.reject(missing));
    let source: ImageSource;
    try {
      source = await session(key, open, (opened) => opened.close());
    } catch (error) {
      if (error === missing) return null;
      throw error;
    }
    return source.read(roi, { level, signal });
  },
  transfer: (box) => (box ? [box.data.buffer as ArrayBuffer] : []),
};
