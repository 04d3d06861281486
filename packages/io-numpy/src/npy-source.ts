import {
  AxisOrder,
  allocateArray,
  arrayFromBytes,
  BrushwoodError,
  checkRoi,
  createTensor,
  elementCount,
  type ImageInfo,
  type ImageSource,
  itemBytes,
  type ReadOptions,
  type Roi,
  roiShape,
  singleLevelInfo,
  stridesOf,
  type Tensor,
  throwIfAborted,
} from '@brushwood/core';
import { copySpan, spansOf } from './box-spans.ts';
import type { FileReader } from './file-access.ts';
import { swapBytes } from './npy-dtype.ts';
import type { NpyHeader } from './npy-header.ts';

/** One read from the file: large enough that the number of reads stays small, small enough to waste little memory. */
const maxReadBytes = 2 ** 20;
/** Reading this much in vain takes about as long as starting another read. */
const maxGapBytes = 2 ** 15;

/** An opened .npy file. Reads only the rows a box needs. */
export class NpySource implements ImageSource {
  readonly info: ImageInfo;
  private readonly file: FileReader;
  private readonly header: NpyHeader;
  private readonly name: string;
  /** Order and sizes of the axes as they lie in the file, slowest first. */
  private readonly order: AxisOrder;
  private readonly storedShape: readonly number[];
  private isClosed = false;

  /** @param axes  One letter for each entry of `header.shape`; checked by the caller. */
  constructor(file: FileReader, header: NpyHeader, { name, axes }: { name: string; axes: string }) {
    this.file = file;
    this.header = header;
    this.name = name;
    // An array in Fortran order lies in memory like the C-ordered array with all axes reversed.
    this.storedShape = header.isFortranOrder ? header.shape.toReversed() : header.shape;
    this.order = new AxisOrder(header.isFortranOrder ? [...axes].toReversed().join('') : axes);
    this.info = singleLevelInfo({
      fileAxes: axes,
      shape: this.order.toCoreShape(this.storedShape),
      dtype: header.dtype,
      chunkShape: this.order.toCoreShape(oneReadShape(this.storedShape, maxReadBytes / itemBytes(header.dtype))),
    });
  }

  async read(roi: Roi, options: ReadOptions = {}): Promise<Tensor> {
    this.check(options);
    checkRoi(roi, this.info.shape, this.name);
    const { dtype, dataOffset, isBigEndian } = this.header;
    const bytesPerElement = itemBytes(dtype);
    const into = {
      box: this.order.toFileRoi(roi),
      shape: this.storedShape,
      target: allocateArray(dtype, elementCount(roiShape(roi))),
    };
    const limits = { maxElements: maxReadBytes / bytesPerElement, maxGap: maxGapBytes / bytesPerElement };
    for (const span of spansOf(into.box, into.shape, limits)) {
      const bytes = await this.file.read(dataOffset + span.offset * bytesPerElement, span.length * bytesPerElement);
      this.check(options);
      if (isBigEndian) swapBytes(bytes, bytesPerElement);
      copySpan(span, arrayFromBytes(dtype, bytes), into);
    }
    return createTensor(this.order.toCore(into.target, this.order.toFileShape(roiShape(roi))), roiShape(roi));
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await this.file.close();
  }

  private check({ level = 0, signal }: ReadOptions): void {
    throwIfAborted(signal);
    if (this.isClosed) {
      throw new BrushwoodError('closed', `${this.name} is closed. Open it again to read from it.`, { path: this.name });
    }
    if (level !== 0) {
      throw new BrushwoodError(
        'invalid-parameter',
        `${this.name} has one level, 0, but level ${level} was asked for.`,
        {
          level,
        },
      );
    }
  }
}

/** The largest box of whole fast axes that one read covers. */
function oneReadShape(shape: readonly number[], maxElements: number): number[] {
  return stridesOf(shape).map((stride, i) => Math.min(shape[i]!, Math.max(1, Math.floor(maxElements / stride))));
}
