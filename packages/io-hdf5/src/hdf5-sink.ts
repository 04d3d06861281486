import {
  AxisOrder,
  BrushwoodError,
  checkAxes,
  checkRoi,
  coreAxes,
  roiShape,
  tensorDtype,
  throwIfAborted,
  type CreateImageOptions,
  type Dtype,
  type ImageLocation,
  type ImageSink,
  type ImageSpec,
  type Roi,
  type Shape5,
  type Tensor,
} from '@brushwood/core';
import { runtime } from '#hdf5-runtime';
import { formatAxisTags, formatAxisUnits } from './axistags.ts';
import { chunkShape, Hdf5Writer } from './hdf5-writer.ts';
import { asWriteFailure, beginFile, type NewFile } from './new-file.ts';
import { planTarget, type PlannedDataset } from './plan-target.ts';

/** The dataset ilastik writes results to. */
const defaultInnerPath = 'exported_data';

/** Chunks that are written whole are those of this type: the sinks of one run, of whatever types, share their blocks. */
const unitDtype: Dtype = 'float32';

export interface Hdf5SinkOptions extends CreateImageOptions {
  /** Of the format, where the layout does not say. */
  readonly compression: 'none' | 'gzip';
}

/** An image that is being written as one dataset of an HDF5 file, laid out as ilastik's exports (spec §D.4). */
export class Hdf5Sink implements ImageSink {
  readonly spec: ImageSpec;
  readonly writeShape: Shape5;
  private readonly target: string;
  private readonly innerPath: string;
  private readonly writer: Hdf5Writer;
  private readonly file: NewFile;
  private readonly order: AxisOrder;
  private isClosed = false;

  private constructor(spec: ImageSpec, { target, innerPath, chunks }: PlannedDataset, parts: SinkParts) {
    this.target = target;
    this.innerPath = innerPath;
    this.spec = spec;
    this.writer = parts.writer;
    this.file = parts.file;
    this.order = new AxisOrder(spec.axes);
    // A compressed chunk that is written in two goes is compressed twice and leaves a hole in the file.
    this.writeShape = parts.isCompressed ? this.order.toCoreShape(chunks) : [1, 1, 1, 1, 1];
  }

  /**
   * Begins a file, or goes on with a copy of one that holds other datasets (see `planTarget`).
   * @throws 'already-exists', 'unsupported' (axes that leave out more than size 1; compression; no disk), 'write-failed', 'aborted'
   */
  static async create(location: ImageLocation, spec: ImageSpec, options: Hdf5SinkOptions): Promise<Hdf5Sink> {
    throwIfAborted(options.signal);
    if (location.blob) throw noFile(location);
    checkHdf5(location, spec);
    const isCompressed = isGzip(location, options.layout?.compression ?? options.compression);
    const named = location.innerPath?.replace(/^\/+|\/+$/g, '');
    const dataset: PlannedDataset = {
      target: runtime.absolutePath(location.path),
      innerPath: named || defaultInnerPath,
      isNamed: Boolean(named),
      shape: new AxisOrder(spec.axes).toFileShape(spec.shape),
      dtype: spec.dtype,
      chunks: chunksFor(spec, { isCompressed, wished: options.layout?.chunkShape }),
      overwrite: options.overwrite ?? false,
    };
    const plan = await planTarget(dataset);
    const { target, overwrite } = dataset;
    const file = await beginFile(spec, { target, overwrite, isCopy: plan !== 'new' });
    let writer: Hdf5Writer | undefined;
    try {
      writer = plan === 'new' ? await Hdf5Writer.create(file.path) : await Hdf5Writer.append(file.path);
      if (plan === 'replace-values') writer.clearAttributes(dataset.innerPath);
      else writer.createChunked({ ...dataset, path: dataset.innerPath, isCompressed });
      writeAttributes(writer, dataset.innerPath, spec);
      return new Hdf5Sink(spec, dataset, { writer, file, isCompressed });
    } catch (error) {
      writer?.abandon();
      await file.discard();
      throw asWriteFailure(error, target);
    }
  }

  async write(roi: Roi, tensor: Tensor, options: { signal?: AbortSignal } = {}): Promise<void> {
    this.checkOpen();
    throwIfAborted(options.signal);
    checkRoi(roi, this.spec.shape, `"${this.target}"`);
    checkAligned(roi, this, this.target);
    checkTensor(tensor, roi, this);
    this.writer.writeBox(this.innerPath, this.order.toFileRoi(roi), this.order.fromCore(tensor.data, tensor.shape));
  }

  async close(): Promise<void> {
    this.checkOpen();
    this.isClosed = true;
    try {
      this.writer.close();
      await this.file.finish();
    } catch (error) {
      this.writer.abandon();
      await this.file.discard();
      if (error instanceof BrushwoodError) throw error;
      throw new BrushwoodError(
        'write-failed',
        `"${this.target}" cannot be finished.`,
        { path: this.target },
        { cause: error },
      );
    }
  }

  async abort(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.writer.abandon();
    await this.file.discard();
  }

  private checkOpen(): void {
    if (this.isClosed) {
      throw new BrushwoodError('closed', `"${this.target}" was closed or given up already.`, { path: this.target });
    }
  }
}

function isGzip(location: ImageLocation, compression: string): boolean {
  if (compression === 'none' || compression === 'gzip') return compression === 'gzip';
  throw new BrushwoodError(
    'unsupported',
    `"${location.path}": HDF5 files are written with gzip or without compression, not with ${compression}. Choose one of them.`,
    { path: location.path, compression },
  );
}

/** Chunks as asked for, cut to the image, or as ilastik chooses them; in the file's order of axes. */
function chunksFor(spec: ImageSpec, { isCompressed, wished }: { isCompressed: boolean; wished?: Shape5 }): number[] {
  const order = new AxisOrder(spec.axes);
  const shape = order.toFileShape(spec.shape);
  if (!wished) return chunkShape(spec.axes, shape, isCompressed ? unitDtype : spec.dtype);
  if (!wished.every((size) => Number.isInteger(size) && size > 0)) {
    throw new BrushwoodError(
      'unsupported',
      `Chunks of (${wished.join(', ')}), axes tczyx, cannot be written: every size has to be a whole number above 0.`,
      { chunkShape: [...wished] },
    );
  }
  return order.toFileShape(wished).map((size, i) => Math.min(size, shape[i]!));
}

interface SinkParts {
  readonly writer: Hdf5Writer;
  readonly file: NewFile;
  readonly isCompressed: boolean;
}

function writeAttributes(writer: Hdf5Writer, path: string, spec: ImageSpec): void {
  writer.dimensionLabels(path, spec.axes);
  writer.attribute(path, 'axistags', formatAxisTags(spec.axes, spec.voxelSize));
  writer.attribute(path, 'display_mode', spec.content === 'labels' ? 'random-colortable' : 'grayscale');
  if (spec.displayRange) writer.attribute(path, 'drange', Float64Array.from(spec.displayRange));
  const units = formatAxisUnits(spec.axes, spec.voxelSize);
  if (units) writer.attribute(path, 'axis_units', units);
  if (spec.channelNames) writer.attribute(path, 'channel_names', spec.channelNames);
}

/** As `StorageFormat.check`. */
export function checkHdf5(location: ImageLocation, spec: ImageSpec): void {
  checkAxes(spec.axes, new AxisOrder(spec.axes).toFileShape(spec.shape), `"${location.path}"`);
  const lost = [...coreAxes].filter((axis, i) => spec.shape[i]! > 1 && !spec.axes.includes(axis));
  if (lost.length === 0) return;
  throw new BrushwoodError(
    'unsupported',
    `"${location.path}": the axes "${spec.axes}" leave out ${lost.join(', ')}, along which the image is larger than 1. ` +
      'Add it to the axes.',
    { axes: spec.axes, shape: [...spec.shape] },
  );
}

function checkTensor(tensor: Tensor, roi: Roi, sink: ImageSink): void {
  const shape = roiShape(roi);
  if (tensor.shape.some((size, i) => size !== shape[i])) {
    throw new BrushwoodError(
      'shape-mismatch',
      `A block of shape (${tensor.shape.join(', ')}) does not fill a box of (${shape.join(', ')}), axes tczyx.`,
      { shape: [...tensor.shape], expected: [...shape] },
    );
  }
  const dtype = tensorDtype(tensor);
  if (dtype !== sink.spec.dtype) {
    throw new BrushwoodError(
      'unsupported-dtype',
      `The image was declared as ${sink.spec.dtype}, but a block holds ${dtype}.`,
      { dtype, expected: sink.spec.dtype },
    );
  }
}

function checkAligned(roi: Roi, sink: ImageSink, path: string): void {
  const isAligned = sink.writeShape.every((unit, i) => {
    const stop = roi.stop[i]!;
    return roi.start[i]! % unit === 0 && (stop % unit === 0 || stop === sink.spec.shape[i]);
  });
  if (isAligned) return;
  throw new BrushwoodError(
    'invalid-roi',
    `"${path}" is written in units of (${sink.writeShape.join(', ')}), axes tczyx, but a box begins at ` +
      `(${roi.start.join(', ')}) and ends at (${roi.stop.join(', ')}).`,
    { start: [...roi.start], stop: [...roi.stop], unit: [...sink.writeShape] },
  );
}

function noFile({ path }: ImageLocation): BrushwoodError {
  return new BrushwoodError('unsupported', `"${path}" was given to be read. Name another file to write to.`, { path });
}
