import { requireTreeFile } from '../contracts/file-tree.ts';
import { describeLocation, type ImageLocation } from '../contracts/image-location.ts';
import { singleLevelInfo, type ImageSource, type ReadOptions } from '../contracts/image-source.ts';
import type { OpenImageOptions, StorageFormat } from '../contracts/storage-format.ts';
import { BrushwoodError, throwIfAborted } from '../errors.ts';
import { coreAxes } from '../grid/axes.ts';
import { checkRoi, type Roi } from '../grid/roi.ts';
import { cropTensor, tensorDtype, type Tensor } from '../grid/tensor.ts';
import type { ChannelSelection, ImageReference } from '../project/lane.ts';
import { openImageStack } from './image-stack.ts';
import { mapIntensities, type IntensityMap } from './map-intensities.ts';
import { selectChannels } from './select-channels.ts';
import { selectLevel } from './select-level.ts';

/** What has to be known to open an image the way a lane uses it. Plain data. */
export interface ImageRequest {
  readonly location: ImageLocation;
  /** Overrides the file's own axes. */
  readonly axes?: string;
  readonly channels?: ChannelSelection;
  /** Resolution to use; 0, the default, is the full one. */
  readonly level?: number;
  /** How intensities are mapped, per chosen channel; the image is float32 then. */
  readonly intensities?: readonly IntensityMap[];
}

/** How a lane's image is opened: with the axes it was added with. */
export function requestOf(reference: ImageReference): ImageRequest {
  return { location: reference.location, axes: reference.axes, channels: reference.channels };
}

/**
 * Splits `file.h5/volume/data` into file and dataset, at the first part that ends like a format that holds datasets.
 * Other paths are returned as they are.
 */
export function parseImagePath(path: string, formats: readonly StorageFormat[]): ImageLocation {
  const endings = formats.filter((format) => format.supports.innerPaths).flatMap((format) => format.extensions);
  const parts = path.split('/');
  const at = parts.findIndex((part) => endings.some((ending) => part.toLowerCase().endsWith(ending)));
  const inner =
    at >= 0
      ? parts
          .slice(at + 1)
          .filter((part) => part !== '')
          .join('/')
      : '';
  return inner === '' ? { path } : { path: parts.slice(0, at + 1).join('/'), innerPath: inner };
}

/**
 * Opens an image by its content, with the axes, channels, resolution and intensities asked for; a stack of files as one image.
 * @throws 'unsupported-format' if nobody knows the file, 'not-found', 'broken-file', 'axes-mismatch', 'shape-mismatch' for
 * channels it does not have, 'invalid-parameter' for a level it does not have
 */
export async function openImage(
  formats: readonly StorageFormat[],
  request: ImageRequest,
  options?: { signal?: AbortSignal },
): Promise<ImageSource> {
  const { location, channels = 'all', level = 0, intensities } = request;
  throwIfAborted(options?.signal);
  const source = await openAllChannels(formats, request, options?.signal);
  try {
    const who = describeLocation(location);
    const selected = selectChannels(selectLevel(source, level, who), channels, who);
    return intensities ? mapIntensities(selected, intensities, who) : selected;
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function openAllChannels(
  formats: readonly StorageFormat[],
  { location, axes }: ImageRequest,
  signal?: AbortSignal,
): Promise<ImageSource> {
  const { tensor, stack, files } = location;
  if (tensor) return new TensorSource(tensor);
  if (!stack) return (await detectFormat(formats, location)).open(location, { axes, signal });
  const { innerPath } = location;
  const openSlice = async (path: string, options: OpenImageOptions) => {
    const named = innerPath === undefined && !files ? parseImagePath(path, formats) : { path, innerPath };
    const slice = files ? { ...named, blob: await requireTreeFile(files, path) } : named;
    return (await detectFormat(formats, slice)).open(slice, options);
  };
  return openImageStack(stack, openSlice, { name: location.path, axes, signal });
}

/** The format whose signature fits; failing that the one whose extension does, so that it can say what is wrong. */
export async function detectFormat(formats: readonly StorageFormat[], location: ImageLocation): Promise<StorageFormat> {
  const readable = formats.filter((format) => format.supports.read);
  const name = location.path.toLowerCase();
  const isNamed = (format: StorageFormat) => format.extensions.some((extension) => name.endsWith(extension));
  // The likely one first: behind a URL every question is a request.
  const likely = [...readable.filter(isNamed), ...readable.filter((format) => !isNamed(format))];
  for (const format of likely) if (await format.probe(location)) return format;
  if (likely[0] && isNamed(likely[0])) return likely[0];
  throw new BrushwoodError(
    'unsupported-format',
    `"${location.path}" is no image that can be read. Readable formats: ${readable.map((format) => format.displayName).join(', ')}.`,
    { path: location.path, formats: readable.map((format) => format.id) },
  );
}

/** An image that is in memory already. */
class TensorSource implements ImageSource {
  readonly info;
  private readonly tensor: Tensor;
  private isClosed = false;

  constructor(tensor: Tensor) {
    this.tensor = tensor;
    const fileAxes = [...coreAxes].filter((axis, i) => tensor.shape[i]! > 1 || axis === 'y' || axis === 'x').join('');
    this.info = singleLevelInfo({
      fileAxes,
      shape: tensor.shape,
      dtype: tensorDtype(tensor),
      chunkShape: tensor.shape,
    });
  }

  async read(roi: Roi, options: ReadOptions = {}): Promise<Tensor> {
    // One turn of the event loop, so that a signal that fires right after the call is seen.
    await Promise.resolve();
    throwIfAborted(options.signal);
    if (options.level)
      throw new BrushwoodError(
        'invalid-parameter',
        `The image in memory has one level; level ${options.level} does not exist.`,
      );
    if (this.isClosed) throw new BrushwoodError('closed', 'The image was closed before this read.');
    checkRoi(roi, this.tensor.shape, 'image in memory');
    return cropTensor(this.tensor, roi);
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}
