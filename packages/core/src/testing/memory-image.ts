import type { ImageInfo, ImageLevel, ImageSource, ReadOptions } from '../contracts/image-source.ts';
import { BrushwoodError, throwIfAborted } from '../errors.ts';
import type { Shape5 } from '../grid/axes.ts';
import { checkRoi, type Roi } from '../grid/roi.ts';
import { cropTensor, tensorDtype, type Tensor } from '../grid/tensor.ts';

export interface MemoryImageOptions {
  /** Default: the whole image is one chunk. */
  readonly chunkShape?: Shape5;
  /** Further resolutions, from fine to coarse. */
  readonly coarserLevels?: readonly Tensor[];
  /** More of what the info says: voxel size, channel names, the file's axes (default `tczyx`). */
  readonly info?: Partial<Omit<ImageInfo, 'shape' | 'dtype' | 'levels'>>;
}

/** An image source over a tensor in memory. Reads take a turn of the event loop, as a file's would. */
export function memoryImageSource(image: Tensor, options: MemoryImageOptions = {}): ImageSource {
  const tensors = [image, ...(options.coarserLevels ?? [])];
  const info: ImageInfo = {
    fileAxes: 'tczyx',
    ...options.info,
    shape: image.shape,
    dtype: tensorDtype(image),
    levels: tensors.map((tensor) => levelOf(tensor, image, options.chunkShape)),
  };
  let isClosed = false;
  const read = async (roi: Roi, { level = 0, signal }: ReadOptions = {}): Promise<Tensor> => {
    throwIfAborted(signal);
    if (isClosed) throw closedError();
    const tensor = tensors[level];
    if (!tensor) throw levelError(level, tensors.length);
    checkRoi(roi, tensor.shape, 'Image in memory');
    await Promise.resolve();
    throwIfAborted(signal);
    return cropTensor(tensor, roi);
  };
  return {
    info,
    read,
    close: async () => {
      isClosed = true;
    },
  };
}

function levelOf(tensor: Tensor, image: Tensor, chunkShape: Shape5 = image.shape): ImageLevel {
  const clip = tensor.shape.map((size, i) => Math.min(size, chunkShape[i]!)) as unknown as Shape5;
  const downsampling = image.shape.map((size, i) => size / tensor.shape[i]!) as unknown as Shape5;
  return { shape: tensor.shape, chunkShape: clip, downsampling };
}

function closedError(): BrushwoodError {
  return new BrushwoodError('closed', 'The image in memory was closed. Open it again to read.');
}

function levelError(level: number, count: number): BrushwoodError {
  return new BrushwoodError(
    'invalid-parameter',
    `The image in memory has no level ${level}; it has ${count}, counted from 0.`,
    { level, count },
  );
}
