import type { ImageSink, ImageSpec } from '../contracts/image-sink.ts';
import { BrushwoodError, throwIfAborted } from '../errors.ts';
import { checkRoi, roiShape, wholeRoi, type Roi } from '../grid/roi.ts';
import { allocateTensor, copyBox, tensorDtype, type Tensor } from '../grid/tensor.ts';

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
    async write(roi, part, options = {}) {
      throwIfAborted(options.signal);
      if (isClosed) throw new BrushwoodError('closed', 'The image was closed before this write.');
      checkRoi(roi, spec.shape, 'image in memory');
      checkPart(part, roi, spec);
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

function checkPart(part: Tensor, roi: Roi, spec: ImageSpec): void {
  const expected = roiShape(roi);
  if (part.shape.some((size, axis) => size !== expected[axis])) {
    throw new BrushwoodError(
      'shape-mismatch',
      `A block of shape (${part.shape.join(', ')}) does not fill a box of shape (${expected.join(', ')}).`,
    );
  }
  if (tensorDtype(part) !== spec.dtype) {
    throw new BrushwoodError(
      'unsupported-dtype',
      `The image in memory is ${spec.dtype}, the block ${tensorDtype(part)}.`,
    );
  }
}
