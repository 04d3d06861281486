import {
  allocateTensor,
  AxisOrder,
  BrushwoodError,
  checkRoi,
  copyBox,
  describeLocation,
  elementCount,
  itemBytes,
  roiShape,
  singleLevelInfo,
  throwIfAborted,
  translateRoi,
  withAxis,
  type Dtype,
  type ImageInfo,
  type ImageSource,
  type OpenImageOptions,
  type ReadOptions,
  type Roi,
  type Tensor,
} from '@brushwood/core';
import { readDatasetAxes } from './dataset-axes.ts';
import { unsupportedDtype, type DatasetInfo, type Hdf5File } from './hdf5-file.ts';

/** WASM memory never shrinks, so large boxes are read in parts of about this size. */
const partBytes = 32 << 20;

/** One dataset of an HDF5 file as an image. Owns the file. */
export class Hdf5Source implements ImageSource {
  readonly info: ImageInfo;
  private readonly file: Hdf5File;
  private readonly dataset: DatasetInfo;
  private readonly dtype: Dtype;
  private readonly order: AxisOrder;
  private isClosed = false;

  /** @throws 'axes-mismatch', 'unsupported-dtype', 'unsupported', 'not-found' */
  constructor(file: Hdf5File, innerPath: string, options: OpenImageOptions = {}) {
    this.file = file;
    this.dataset = file.dataset(innerPath);
    if (!this.dataset.dtype) throw unsupportedDtype(this.dataset, file.location);
    this.dtype = this.dataset.dtype;
    const { axes, voxelSize } = readDatasetAxes(file, this.dataset, options.axes);
    this.order = new AxisOrder(axes);
    const shape = this.order.toCoreShape(this.dataset.shape);
    if (shape.some((size) => size === 0)) {
      throw new BrushwoodError(
        'unsupported',
        `"${describeLocation({ ...file.location, innerPath })}" has no voxels: its shape is (${this.dataset.shape.join(', ')}).`,
        { shape: [...this.dataset.shape] },
      );
    }
    this.info = singleLevelInfo({
      fileAxes: axes,
      shape,
      dtype: this.dtype,
      voxelSize,
      displayRange: displayRange(file, innerPath),
      chunkShape: this.order.toCoreShape(this.dataset.chunks ?? contiguousUnit(this.dataset, this.dtype)),
    });
  }

  async read(roi: Roi, { level = 0, signal }: ReadOptions = {}): Promise<Tensor> {
    this.checkOpen();
    this.checkLevel(level);
    throwIfAborted(signal);
    checkRoi(roi, this.info.shape, this.who());
    await Promise.resolve(); // the library works in one go: a signal that fires right after the call has its chance here
    this.checkOpen();
    throwIfAborted(signal);
    const parts = this.partsOf(roi);
    if (parts.length === 1) return this.readPart(roi);
    const out = allocateTensor(this.dtype, roiShape(roi));
    for (const part of parts) {
      copyBox(
        this.readPart(part),
        { start: [0, 0, 0, 0, 0], stop: roiShape(part) },
        out,
        translateRoi(part, negate(roi)),
      );
      await new Promise((resolve) => setTimeout(resolve)); // lets others work, and the signal fire
      this.checkOpen();
      throwIfAborted(signal);
    }
    return out;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.file.close();
  }

  private readPart(roi: Roi): Tensor {
    const { start, stop } = this.order.toFileRoi(roi);
    const data = this.file.readBox(this.dataset, start, stop);
    return {
      data: this.order.toCore(
        data,
        stop.map((s, i) => s - start[i]!),
      ),
      shape: roiShape(roi),
    };
  }

  /** Cuts along the file's slowest axis that the box spans, on chunk borders. */
  private partsOf(roi: Roi): Roi[] {
    const shape = this.order.toFileShape(roiShape(roi));
    const bytes = elementCount(shape) * itemBytes(this.dtype);
    const slowest = shape.findIndex((size) => size > 1);
    if (bytes <= partBytes || slowest < 0) return [roi];
    const axis = 'tczyx'.indexOf(this.order.axes[slowest]!);
    const chunk = this.info.levels[0]!.chunkShape[axis]!;
    const step = Math.max(1, Math.floor(((partBytes / bytes) * shape[slowest]!) / chunk)) * chunk;
    const parts: Roi[] = [];
    for (let at = roi.start[axis]!; at < roi.stop[axis]!; ) {
      const next = Math.min(roi.stop[axis]!, Math.floor(at / chunk) * chunk + step);
      parts.push(withAxis(roi, axis, at, next));
      at = next;
    }
    return parts;
  }

  private checkLevel(level: number): void {
    if (level === 0) return;
    throw new BrushwoodError(
      'invalid-parameter',
      `${this.who()} has one level of resolution, 0; level ${level} was asked for.`,
      { level },
    );
  }

  private checkOpen(): void {
    if (this.isClosed) {
      throw new BrushwoodError('closed', `${this.who()} was closed already.`, { path: this.file.location.path });
    }
  }

  private who(): string {
    return `"${describeLocation({ ...this.file.location, innerPath: this.dataset.path })}"`;
  }
}

function negate(roi: Roi): number[] {
  return roi.start.map((start) => -start);
}

function displayRange(file: Hdf5File, path: string): readonly [number, number] | undefined {
  const value = file.attribute(path, 'drange');
  if (!Array.isArray(value) || value.length !== 2 || !value.every(Number.isFinite)) return undefined;
  return [Number(value[0]), Number(value[1])];
}

/** Unchunked data: about a megabyte of the fastest axes at a time. */
function contiguousUnit(dataset: DatasetInfo, dtype: Dtype): number[] {
  const unit = [...dataset.shape];
  for (let i = 0; i < unit.length && elementCount(unit) * itemBytes(dtype) > 1 << 20; i++) {
    const rest = elementCount(unit.slice(i + 1)) * itemBytes(dtype);
    unit[i] = Math.max(1, Math.floor((1 << 20) / rest));
  }
  return unit;
}
