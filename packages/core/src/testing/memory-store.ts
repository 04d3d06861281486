import type { ImageSink, ImageSpec } from '../contracts/image-sink.ts';
import type { ImageSource } from '../contracts/image-source.ts';
import { BrushwoodError, throwIfAborted } from '../errors.ts';
import { coreAxes, type Shape5 } from '../grid/axes.ts';
import { checkRoi, roiShape, wholeRoi, type Roi } from '../grid/roi.ts';
import { allocateTensor, copyBox, tensorDtype, type Tensor } from '../grid/tensor.ts';
import { memoryImageSource } from './memory-image.ts';

/** An image that was finished in a `MemoryStore`. */
export interface StoredImage {
  readonly spec: ImageSpec;
  readonly tensor: Tensor;
}

/** Finished images by name: what a folder is to files. */
export class MemoryStore {
  readonly images = new Map<string, StoredImage>();

  /** The image as a source, or undefined while nothing finished has that name. */
  open(name: string): ImageSource | undefined {
    const image = this.images.get(name);
    return image && memoryImageSource(image.tensor, { info: infoOf(image.spec) });
  }

  /**
   * A sink whose image appears under `name` when it is closed.
   * @param writeShape unit of writing; default: any box
   */
  createSink(name: string, spec: ImageSpec, writeShape: Shape5 = [1, 1, 1, 1, 1]): ImageSink {
    return new MemorySink(spec, writeShape, (tensor) => this.images.set(name, { spec, tensor }));
  }
}

function infoOf(spec: ImageSpec) {
  const { axes, voxelSize, channelNames, displayRange } = spec;
  return { fileAxes: axes, voxelSize, channelNames, displayRange };
}

class MemorySink implements ImageSink {
  readonly spec: ImageSpec;
  readonly writeShape: Shape5;
  private readonly tensor: Tensor;
  private readonly finish: (tensor: Tensor) => void;
  private isOpen = true;

  constructor(spec: ImageSpec, writeShape: Shape5, finish: (tensor: Tensor) => void) {
    this.spec = spec;
    this.writeShape = writeShape;
    this.tensor = allocateTensor(spec.dtype, spec.shape);
    this.finish = finish;
  }

  async write(roi: Roi, tensor: Tensor, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
    throwIfAborted(signal);
    if (!this.isOpen) throw new BrushwoodError('closed', 'The image in memory takes no more boxes: it was closed.');
    checkRoi(roi, this.spec.shape, 'Image in memory');
    checkAlignment(roi, this.writeShape, this.spec.shape);
    checkBlock(roi, tensor, this.spec);
    copyBox(tensor, wholeRoi(tensor.shape), this.tensor, roi);
  }

  async close(): Promise<void> {
    if (this.isOpen) this.finish(this.tensor);
    this.isOpen = false;
  }

  async abort(): Promise<void> {
    this.isOpen = false;
  }
}

function checkAlignment(roi: Roi, writeShape: Shape5, shape: Shape5): void {
  [...coreAxes].forEach((axis, i) => {
    const [start, stop, unit] = [roi.start[i]!, roi.stop[i]!, writeShape[i]!];
    if (start % unit === 0 && (stop % unit === 0 || stop === shape[i])) return;
    throw new BrushwoodError(
      'invalid-roi',
      `Image in memory: ${start} to ${stop} on axis ${axis} is not made of whole write units of ${unit} voxels.`,
      { axis, start, stop, unit },
    );
  });
}

function checkBlock(roi: Roi, tensor: Tensor, spec: ImageSpec): void {
  const expected = roiShape(roi);
  if (expected.some((size, i) => size !== tensor.shape[i])) {
    throw new BrushwoodError(
      'shape-mismatch',
      `Image in memory: a box of shape (${expected.join(', ')}) came with data of shape (${tensor.shape.join(', ')}).`,
      { expected: [...expected], found: [...tensor.shape] },
    );
  }
  const found = tensorDtype(tensor);
  if (found !== spec.dtype) {
    throw new BrushwoodError(
      'unsupported-dtype',
      `Image in memory: it holds ${spec.dtype}, the box came as ${found}.`,
      {
        expected: spec.dtype,
        found,
      },
    );
  }
}
