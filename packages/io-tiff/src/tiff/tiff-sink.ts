import {
  AxisOrder,
  BrushwoodError,
  checkRoi,
  roiShape,
  stridesOf,
  tensorDtype,
  throwIfAborted,
  type BoxWriter,
  type CreateImageOptions,
  type Dtype,
  type ImageLayout,
  type ImageLocation,
  type ImageSink,
  type ImageSpec,
  type Roi,
  type Shape5,
  type SinkTicket,
  type Tensor,
} from '@brushwood/core';
import { createTarget, joinTarget } from '#file-access';
import type { WritePiece, WriteTarget } from '../bytes.ts';
import { chooseLayout, flavourOfName } from './choose-layout.ts';
import type { FileLayout } from './describe-image.ts';
import { buildTiffHeader, type TiffHeader } from './tiff-header.ts';

export const tiffWriteDtypes: readonly Dtype[] = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'float32',
  'float64',
];

/**
 * Starts a TIFF: uncompressed, little-endian, classic or, beyond 4 GB, BigTIFF. All directories are written first, so
 * boxes may come in any order and nothing is kept in memory. Axes other than the last two (and an interleaved c behind
 * them) are pages. `layout.flavour` is `ome` (the default for `.ome.tif`), `imagej` or `shaped`, see `chooseLayout`.
 * @throws 'unsupported-dtype', 'unsupported' (compression, another flavour), 'axes-mismatch', 'already-exists', 'write-failed', 'aborted'
 */
export async function createTiff(
  location: ImageLocation,
  spec: ImageSpec,
  options: CreateImageOptions = {},
): Promise<ImageSink> {
  throwIfAborted(options.signal);
  const flavour = options.layout?.flavour ?? flavourOfName(location.path);
  const layout = checkTiff(location, spec, { ...options.layout, flavour });
  const header = buildTiffHeader(spec, layout, imageName(location.path));
  const target = await createTarget(location, options);
  try {
    await target.write([{ position: 0, bytes: header.bytes }]);
  } catch (error) {
    await target.abort();
    throw error;
  }
  const written = flavour === undefined ? spec : { ...spec, axes: layout.axes };
  return new TiffSink(new TiffBoxes(location.path, written, { layout, header }), { header, target });
}

/** As `StorageFormat.check`. @returns how the file is laid out */
export function checkTiff({ path }: ImageLocation, spec: ImageSpec, layout: ImageLayout = {}): FileLayout {
  if (!tiffWriteDtypes.includes(spec.dtype)) {
    throw new BrushwoodError(
      'unsupported-dtype',
      `${path}: TIFF files are written with ${tiffWriteDtypes.join(', ')}, not ${spec.dtype}. Choose one of them.`,
      { file: path, dtype: spec.dtype },
    );
  }
  refuseCompression(path, layout.compression);
  return chooseLayout(path, spec, layout.flavour ?? flavourOfName(path));
}

/** The name of a file without folders and extensions. */
function imageName(path: string): string {
  return (/[^/\\]*$/.exec(path)?.[0] ?? path).replace(/(\.ome)?\.[^.]*$/i, '');
}

/** Boxes go to their places in the file as they come, so nothing can be compressed. */
function refuseCompression(path: string, compression: string | undefined): void {
  if (compression === undefined || compression === 'none') return;
  throw new BrushwoodError(
    'unsupported',
    `${path}: TIFF files are written without compression, ${compression} was asked for. Leave it out, or choose OME-Zarr or HDF5.`,
    { file: path, compression },
  );
}

class TiffSink implements ImageSink {
  readonly spec: ImageSpec;
  readonly writeShape: Shape5;
  private readonly boxes: TiffBoxes;
  private readonly header: TiffHeader;
  private readonly target: WriteTarget;
  private state: 'open' | 'closed' | 'aborted' = 'open';

  constructor(boxes: TiffBoxes, { header, target }: { header: TiffHeader; target: WriteTarget }) {
    this.spec = boxes.spec;
    this.boxes = boxes;
    this.header = header;
    this.target = target;
    this.writeShape = [1, boxes.layout.samples, 1, 1, 1]; // interleaved channels are written together
  }

  /** Boxes have places of their own, so several threads may write at once. */
  get ticket(): SinkTicket | undefined {
    const { partialPath } = this.target;
    if (partialPath === undefined) return undefined;
    const { dataStart, pageBytes } = this.header;
    const state = { partialPath, dataStart, pageBytes, flavour: this.boxes.layout.flavour };
    return { formatId: 'tiff', location: { path: this.boxes.path }, spec: this.spec, state };
  }

  async write(roi: Roi, tensor: Tensor, options: { signal?: AbortSignal } = {}): Promise<void> {
    throwIfAborted(options.signal);
    if (this.state !== 'open') throw this.finishedError();
    await this.target.write(this.boxes.piecesOf(roi, tensor));
  }

  async close(): Promise<void> {
    if (this.state === 'closed') return;
    if (this.state === 'aborted') throw this.finishedError();
    this.state = 'closed';
    try {
      await this.target.close(this.header.fileBytes);
    } catch (error) {
      this.state = 'aborted';
      await this.target.abort();
      throw error;
    }
  }

  async abort(): Promise<void> {
    if (this.state === 'open') this.state = 'aborted';
    await this.target.abort();
  }

  private finishedError(): BrushwoodError {
    const { path } = this.boxes;
    return new BrushwoodError('closed', `${path} is ${this.state}; nothing can be added to it.`, { file: path });
  }
}

/** Joins a TIFF by its ticket. @throws 'write-failed' */
export async function joinTiff({ location, spec, state }: SinkTicket): Promise<BoxWriter> {
  const header = { dataStart: Number(state['dataStart']), pageBytes: Number(state['pageBytes']) };
  const layout = chooseLayout(location.path, spec, String(state['flavour']));
  const boxes = new TiffBoxes(location.path, spec, { layout, header });
  const target = await joinTarget(String(state['partialPath']));
  return {
    async write(roi, tensor, { signal } = {}) {
      throwIfAborted(signal);
      await target.write(boxes.piecesOf(roi, tensor));
    },
    close: () => target.close(),
  };
}

/** Where the boxes of one image go in its file: the same for every thread that writes. */
class TiffBoxes {
  readonly path: string;
  readonly spec: ImageSpec;
  readonly layout: FileLayout;
  private readonly header: Pick<TiffHeader, 'dataStart' | 'pageBytes'>;
  private readonly order: AxisOrder;

  constructor(
    path: string,
    spec: ImageSpec,
    { layout, header }: { layout: FileLayout; header: Pick<TiffHeader, 'dataStart' | 'pageBytes'> },
  ) {
    this.path = path;
    this.spec = spec;
    this.layout = layout;
    this.header = header;
    this.order = new AxisOrder(this.layout.axes);
  }

  /** @throws 'invalid-roi', 'shape-mismatch', 'unsupported-dtype' */
  piecesOf(roi: Roi, tensor: Tensor): Iterable<WritePiece> {
    this.check(roi, tensor);
    const data = this.order.fromCore(tensor.data, tensor.shape);
    return this.pieces(this.order.toFileRoi(roi), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }

  private check(roi: Roi, tensor: Tensor): void {
    checkRoi(roi, this.spec.shape, this.path);
    const shape = roiShape(roi);
    if (shape.some((size, i) => size !== tensor.shape[i])) {
      throw new BrushwoodError(
        'shape-mismatch',
        `${this.path}: a box of shape (${shape.join(', ')}) was to be written, got values of shape (${tensor.shape.join(', ')}).`,
        { file: this.path, shape: [...shape], got: [...tensor.shape] },
      );
    }
    if (tensorDtype(tensor) !== this.spec.dtype) {
      throw new BrushwoodError(
        'unsupported-dtype',
        `${this.path} holds ${this.spec.dtype}, got values of ${tensorDtype(tensor)}. Convert them first.`,
        { file: this.path, dtype: this.spec.dtype, got: tensorDtype(tensor) },
      );
    }
    if (shape[1] !== this.layout.samples && this.layout.samples > 1) {
      throw new BrushwoodError(
        'invalid-roi',
        `${this.path} stores the channels of a pixel side by side: a box has to hold all ${this.layout.samples}, got ${shape[1]}.`,
        { file: this.path, channels: this.layout.samples, got: shape[1] },
      );
    }
  }

  /** The rows of a box as pieces of the file; rows of full width are joined. */
  private *pieces(
    roi: { start: readonly number[]; stop: readonly number[] },
    bytes: Uint8Array,
  ): Generator<WritePiece> {
    const { pageAxes, shape, rows, columns } = this.layout;
    const { dataStart, pageBytes } = this.header;
    const pixelBytes = pageBytes / (rows * columns);
    const [y0, y1] = [roi.start[pageAxes]!, roi.stop[pageAxes]!];
    const [x0, x1] = [roi.start[pageAxes + 1]!, roi.stop[pageAxes + 1]!];
    const isFullWidth = x1 - x0 === columns;
    const pieceRows = isFullWidth ? y1 - y0 : 1;
    const pieceBytes = (x1 - x0) * pixelBytes * pieceRows;
    let at = 0;
    for (const page of pagesOf(roi, shape, pageAxes)) {
      for (let y = y0; y < y1; y += pieceRows, at += pieceBytes) {
        const position = dataStart + page * pageBytes + (y * columns + x0) * pixelBytes;
        yield { position, bytes: bytes.subarray(at, at + pieceBytes) };
      }
    }
  }
}

/** Running numbers of the pages of a box, in its order. */
function* pagesOf(
  roi: { start: readonly number[]; stop: readonly number[] },
  shape: readonly number[],
  pageAxes: number,
): Generator<number> {
  const strides = stridesOf(shape.slice(0, pageAxes));
  const position = roi.start.slice(0, pageAxes);
  while (true) {
    yield position.reduce((sum, p, i) => sum + p * strides[i]!, 0);
    let axis = pageAxes - 1;
    while (axis >= 0 && ++position[axis]! >= roi.stop[axis]!) {
      position[axis] = roi.start[axis]!;
      axis--;
    }
    if (axis < 0) return;
  }
}
