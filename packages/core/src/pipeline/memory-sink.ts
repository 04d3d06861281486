import type { ImageSink, ImageSpec } from '../contracts/image-sink.ts';
import { BrushwoodError } from '../errors.ts';
import { wholeRoi, checkRoi } from '../grid/roi.ts';
import { allocateTensor, copyBox, type Tensor } from '../grid/tensor.ts';

/** A sink that keeps the whole image in memory, for scripts and small images. `tensor` is complete after `close`. */
export interface MemorySink extends ImageSink {
  readonly tensor: Tensor;
}

export function createMemorySink(spec: ImageSpec): MemorySink {
  const tensor = allocateTensor(spec.dtype, spec.shape);
  let isClosed = false;
  return {
    spec,
    tensor,
    writeShape: [1, 1, 1, 1, 1],
    async write(roi, part) {
      if (isClosed) throw new BrushwoodError('closed', 'The image was closed before this write.');
      checkRoi(roi, spec.shape, 'image in memory');
      copyBox(part, wholeRoi(part.shape), tensor, roi);
    },
    async close() {
      isClosed = true;
    },
    async abort() {
      isClosed = true;
    },
  };
}
