import {
  AxisOrder,
  BrushwoodError,
  checkRoi,
  type ImageSink,
  type ImageSpec,
  itemBytes,
  type Roi,
  roiShape,
  type Tensor,
  tensorDtype,
  throwIfAborted,
} from '@brushwood/core';
import { offsetInBox, spansOf } from './box-spans.ts';
import type { FileWriter } from './file-access.ts';
import { encodeNpyHeader } from './npy-header.ts';

/** An .npy file being written: every row of a box goes to its final place at once, so memory stays small. */
export class NpySink implements ImageSink {
  readonly spec: ImageSpec;
  readonly writeShape = [1, 1, 1, 1, 1] as const;
  private readonly file: FileWriter;
  private readonly name: string;
  private readonly order: AxisOrder;
  private readonly fileShape: readonly number[];
  private dataOffset = 0;
  private isClosed = false;

  private constructor(file: FileWriter, spec: ImageSpec, name: string) {
    this.file = file;
    this.spec = spec;
    this.name = name;
    this.order = new AxisOrder(spec.axes);
    this.fileShape = this.order.toFileShape(spec.shape);
  }

  /** Writes the header. @throws 'write-failed' */
  static async start(file: FileWriter, spec: ImageSpec, name: string): Promise<NpySink> {
    const sink = new NpySink(file, spec, name);
    const header = encodeNpyHeader(spec.dtype, sink.fileShape);
    sink.dataOffset = header.length;
    await file.write(0, header);
    return sink;
  }

  async write(roi: Roi, tensor: Tensor, options: { signal?: AbortSignal } = {}): Promise<void> {
    this.checkOpen(options.signal);
    checkRoi(roi, this.spec.shape, this.name);
    checkTensor(roi, tensor, { spec: this.spec, name: this.name });
    const box = this.order.toFileRoi(roi);
    const elements = this.order.fromCore(tensor.data, tensor.shape);
    const bytes = new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
    const bytesPerElement = itemBytes(this.spec.dtype);
    for (const span of spansOf(box, this.fileShape, { maxElements: Number.MAX_SAFE_INTEGER, maxGap: 0 })) {
      const first = offsetInBox(span, box) * bytesPerElement;
      const row = bytes.subarray(first, first + span.length * bytesPerElement);
      await this.file.write(this.dataOffset + span.offset * bytesPerElement, row);
      this.checkOpen(options.signal);
    }
  }

  async close(): Promise<void> {
    this.checkOpen();
    this.isClosed = true;
    try {
      await this.file.commit();
    } catch (error) {
      await this.file.discard();
      throw error;
    }
  }

  async abort(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await this.file.discard();
  }

  private checkOpen(signal?: AbortSignal): void {
    throwIfAborted(signal);
    if (this.isClosed) throw new BrushwoodError('closed', `${this.name} is closed already.`, { path: this.name });
  }
}

function checkTensor(roi: Roi, tensor: Tensor, { spec, name }: { spec: ImageSpec; name: string }): void {
  const dtype = tensorDtype(tensor);
  if (dtype !== spec.dtype) {
    throw new BrushwoodError('unsupported-dtype', `${name} holds ${spec.dtype}, but the block to write is ${dtype}.`, {
      expected: spec.dtype,
      found: dtype,
    });
  }
  const expected = roiShape(roi);
  if (tensor.shape.join() !== expected.join()) {
    throw new BrushwoodError(
      'shape-mismatch',
      `${name}: a box of shape (${expected.join(', ')}) cannot take a block of shape (${tensor.shape.join(', ')}).`,
      { expected, found: tensor.shape },
    );
  }
}
