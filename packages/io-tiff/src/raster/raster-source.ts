import {
  AxisOrder,
  BrushwoodError,
  checkAxes,
  checkRoi,
  createTensor,
  cropTensor,
  messageOf,
  singleLevelInfo,
  throwIfAborted,
  type ImageInfo,
  type ImageLocation,
  type ImageSource,
  type OpenImageOptions,
  type ReadOptions,
  type Roi,
  type Tensor,
} from '@brushwood/core';
import { openBytes } from '#file-access';
import { rasterCodec } from '#raster-codec';
import { readAll } from '../bytes.ts';
import { decodeBmp, readBmpInfo } from './bmp.ts';
import type { RasterInfo, RasterPixels } from './raster-codec.ts';
import { withoutPalette } from './label-palette.ts';
import { rasterKind, type RasterKind } from './raster-kinds.ts';

/** Encoded files larger than this are no images one decodes as a whole. */
const maxFileBytes = 2 ** 31 - 1;

/** Images with more pixels are not decoded: it happens as a whole, and up to 4 bytes each and some copies must fit. */
const maxPixels = 2 ** 28;

/**
 * Opens a PNG, JPEG, WebP, GIF (first frame) or BMP. Its bytes are read now; the pixels are decoded at the first read
 * and kept until `close`. Axes `yx` for grey, `yxc` for colour or with an alpha channel.
 */
export async function openRaster(
  kind: RasterKind,
  location: ImageLocation,
  options: OpenImageOptions = {},
): Promise<ImageSource> {
  throwIfAborted(options.signal);
  const stored = await readFile(location, options.signal);
  throwIfAborted(options.signal);
  const found = rasterKind(stored.subarray(0, 16));
  if (found !== kind)
    throw broken(location.path, kind, new Error(`its first bytes are those of ${found ?? 'no image'}`));
  const bytes = kind === 'png' ? withoutPalette(stored) : stored;
  const codec = kind === 'bmp' ? { readInfo: readBmpInfo, decode: decodeBmp } : rasterCodec;
  const info = await attempt(location.path, kind, async () => codec.readInfo(bytes));
  checkSize(location.path, info);
  const shape = info.channels === 1 ? [info.height, info.width] : [info.height, info.width, info.channels];
  const axes = options.axes ?? (info.channels === 1 ? 'yx' : 'yxc');
  checkAxes(axes, shape, location.path);
  const decode = () => attempt(location.path, kind, () => codec.decode(bytes));
  return new RasterSource(location.path, { axes, shape, info, decode });
}

function checkSize(path: string, { width, height }: RasterInfo): void {
  if (width * height <= maxPixels) return;
  throw new BrushwoodError(
    'too-large',
    `${path} has ${width} × ${height} pixels; images of this kind are decoded as a whole, which is done up to ${Math.floor(maxPixels / 1e6)} million. ` +
      'Save it as TIFF or OME-Zarr.',
    { file: path, width, height },
  );
}

async function readFile(location: ImageLocation, signal?: AbortSignal): Promise<Uint8Array> {
  const source = await openBytes(location, signal);
  try {
    if (source.size <= maxFileBytes) return await readAll(source);
    throw new BrushwoodError('too-large', `${location.path} is larger than 2 GB. Save it as TIFF or OME-Zarr.`, {
      file: location.path,
      size: source.size,
    });
  } finally {
    await source.close();
  }
}

class RasterSource implements ImageSource {
  readonly info: ImageInfo;
  private readonly path: string;
  private readonly order: AxisOrder;
  private readonly fileShape: readonly number[];
  private readonly decode: () => Promise<RasterPixels>;
  private pixels: Promise<Tensor> | undefined;
  private isClosed = false;

  constructor(
    path: string,
    image: {
      readonly axes: string;
      readonly shape: readonly number[];
      readonly info: RasterInfo;
      readonly decode: () => Promise<RasterPixels>;
    },
  ) {
    this.path = path;
    this.order = new AxisOrder(image.axes);
    this.fileShape = image.shape;
    this.decode = image.decode;
    const shape = this.order.toCoreShape(image.shape);
    this.info = singleLevelInfo({ fileAxes: image.axes, shape, dtype: image.info.dtype, chunkShape: shape });
  }

  async read(roi: Roi, options: ReadOptions = {}): Promise<Tensor> {
    if (this.isClosed) throw new BrushwoodError('closed', `${this.path} has been closed; open it again to read.`);
    throwIfAborted(options.signal);
    if ((options.level ?? 0) !== 0) {
      throw new BrushwoodError('invalid-parameter', `${this.path} has no level ${options.level}: it has one, 0.`);
    }
    checkRoi(roi, this.info.shape, this.path);
    this.pixels ??= this.decodeAll();
    const whole = await this.pixels;
    throwIfAborted(options.signal);
    return cropTensor(whole, roi);
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.pixels = undefined;
    return Promise.resolve();
  }

  private async decodeAll(): Promise<Tensor> {
    const { data } = await this.decode();
    return createTensor(this.order.toCore(data, this.fileShape), this.info.shape);
  }
}

async function attempt<T>(path: string, kind: RasterKind, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof BrushwoodError) throw error;
    throw broken(path, kind, error);
  }
}

function broken(path: string, kind: RasterKind, cause: unknown): BrushwoodError {
  const reason = messageOf(cause).trim().split('\n')[0];
  const isVariant = reason?.includes('are not read') ?? false;
  return new BrushwoodError(
    isVariant ? 'unsupported' : 'broken-file',
    `${path} cannot be read as ${kind.toUpperCase()}: ${reason}. ` +
      (isVariant ? 'Save it as PNG.' : 'It is truncated or damaged; copy or export it again.'),
    { file: path },
    { cause },
  );
}
