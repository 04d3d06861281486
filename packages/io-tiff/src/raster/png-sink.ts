import {
  AxisOrder,
  BrushwoodError,
  allocateTensor,
  checkAxes,
  checkRoi,
  copyBox,
  elementCount,
  roiShape,
  tensorDtype,
  throwIfAborted,
  wholeRoi,
  type CreateImageOptions,
  type Dtype,
  type ImageLayout,
  type ImageLocation,
  type ImageSink,
  type ImageSpec,
  type Roi,
  type Shape5,
  type Tensor,
} from '@brushwood/core';
import { createTarget } from '#file-access';
import { rasterCodec } from '#raster-codec';
import type { WriteTarget } from '../bytes.ts';
import { addPalette, type Color } from './label-palette.ts';

export const pngWriteDtypes: readonly Dtype[] = ['uint8', 'uint16'];

/**
 * Starts a PNG: one plane of uint8 or uint16, grey or RGB, values as they are. The encoder takes the plane as a whole, so
 * it is held in memory until `close`. With `layout.flavour` `palette` an 8-bit plane of labels is shown in the colours of its classes;
 * programs that turn palettes into colours no longer see class numbers then.
 * @throws 'unsupported-dtype', 'unsupported' (more than a plane, other numbers of channels, another flavour), 'already-exists', 'write-failed'
 */
export async function createPng(
  location: ImageLocation,
  spec: ImageSpec,
  options: CreateImageOptions = {},
): Promise<ImageSink> {
  throwIfAborted(options.signal);
  checkSpec(location.path, spec);
  const palette = paletteOf(location.path, spec, options.layout?.flavour);
  return new PngSink(location.path, spec, { target: await createTarget(location, options), palette });
}

/** As `StorageFormat.check`. */
export function checkPng({ path }: ImageLocation, spec: ImageSpec, layout?: ImageLayout): void {
  checkSpec(path, spec);
  paletteOf(path, spec, layout?.flavour);
}

function paletteOf(path: string, spec: ImageSpec, flavour: string | undefined): readonly Color[] | undefined {
  if (flavour === undefined) return undefined;
  const isIndexed = spec.content === 'labels' && spec.dtype === 'uint8' && spec.shape[1] === 1;
  if (flavour === 'palette' && isIndexed && spec.colors) return spec.colors;
  throw new BrushwoodError(
    'unsupported',
    flavour === 'palette'
      ? `${path}: a palette needs class numbers of uint8 in one channel, and colours. Leave the flavour out.`
      : `${path}: PNG files are written in the flavour "palette" or without one, not "${flavour}".`,
    { file: path, flavour },
  );
}

function checkSpec(path: string, spec: ImageSpec): void {
  if (!pngWriteDtypes.includes(spec.dtype)) {
    // Results are not converted to integers of 64 bits: no other format helps there.
    const others = spec.dtype === 'int64' || spec.dtype === 'uint64' ? '' : ', or TIFF, HDF5 or NumPy';
    const segmentation = spec.content === 'probabilities' ? ' A picture of the classes is the segmentation.' : '';
    throw new BrushwoodError(
      'unsupported-dtype',
      `${path}: PNG holds uint8 or uint16, not ${spec.dtype}. Choose one of them${others}.${segmentation}`,
      { file: path, dtype: spec.dtype },
    );
  }
  checkAxes(spec.axes, new AxisOrder(spec.axes).toFileShape(spec.shape), path);
  const [t, c, z] = spec.shape;
  if (t > 1 || z > 1 || (c !== 1 && c !== 3)) {
    throw new BrushwoodError(
      'unsupported',
      `${path}: PNG holds one plane with 1 or 3 channels, but the image has the shape (${spec.shape.join(', ')}), axes tczyx. ` +
        'Choose TIFF, HDF5 or NumPy.',
      { file: path, shape: [...spec.shape] },
    );
  }
}

class PngSink implements ImageSink {
  readonly spec: ImageSpec;
  readonly writeShape: Shape5 = [1, 1, 1, 1, 1];
  private readonly path: string;
  private readonly target: WriteTarget;
  private readonly palette: readonly Color[] | undefined;
  private plane: Tensor | undefined;

  constructor(
    path: string,
    spec: ImageSpec,
    { target, palette }: { target: WriteTarget; palette: readonly Color[] | undefined },
  ) {
    this.path = path;
    this.spec = spec;
    this.target = target;
    this.palette = palette;
    this.plane = allocateTensor(spec.dtype, spec.shape);
  }

  async write(roi: Roi, tensor: Tensor, options: { signal?: AbortSignal } = {}): Promise<void> {
    throwIfAborted(options.signal);
    if (!this.plane) throw new BrushwoodError('closed', `${this.path} is finished; nothing can be added to it.`);
    checkRoi(roi, this.spec.shape, this.path);
    const shape = roiShape(roi);
    if (shape.some((size, i) => size !== tensor.shape[i]) || tensor.data.length !== elementCount(shape)) {
      throw new BrushwoodError(
        'shape-mismatch',
        `${this.path}: a box of shape (${shape.join(', ')}) was to be written, got values of shape (${tensor.shape.join(', ')}).`,
      );
    }
    if (tensorDtype(tensor) !== this.spec.dtype) {
      throw new BrushwoodError(
        'unsupported-dtype',
        `${this.path} holds ${this.spec.dtype}, got values of ${tensorDtype(tensor)}. Convert them first.`,
      );
    }
    copyBox(tensor, wholeRoi(tensor.shape), this.plane, roi);
  }

  async close(): Promise<void> {
    const { plane } = this;
    if (!plane) return;
    this.plane = undefined;
    try {
      const bytes = await this.encode(plane);
      await this.target.write([{ position: 0, bytes }]);
      await this.target.close(bytes.length);
    } catch (error) {
      await this.target.abort();
      throw error;
    }
  }

  async abort(): Promise<void> {
    this.plane = undefined;
    await this.target.abort();
  }

  private async encode(plane: Tensor): Promise<Uint8Array> {
    const [, channels, , height, width] = this.spec.shape;
    const data = new AxisOrder('yxc').fromCore(plane.data, plane.shape);
    const png = await rasterCodec.encodePng({ width, height, channels, dtype: this.spec.dtype, data });
    return this.palette ? addPalette(png, this.palette) : png;
  }
}
