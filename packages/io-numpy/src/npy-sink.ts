import {
  AxisOrder,
  BrushwoodError,
  checkRoi,
  type BoxWriter,
  type ImageSink,
  type ImageSpec,
  itemBytes,
  type Roi,
  roiShape,
  type SinkTicket,
  type Tensor,
  tensorDtype,
  throwIfAborted,
} from '@brushwood/core';
import { joinFile } from '#file-access';
import { offsetInBox, spansOf } from './box-spans.ts';
import type { FileWriter } from './file-access.ts';
import { encodeNpyHeader } from './npy-header.ts';

/** An .npy file being written: every row of a box goes to its final place at once, so memory stays small. */
export class NpySink implements ImageSink {
  readonly spec: ImageSpec;
  readonly writeShape = [1, 1, 1, 1, 1] as const;
  private readonly file: FileWriter;
  private readonly name: string;
  private readonly dataOffset: number;
  private isClosed = false;

  private constructor(file: FileWriter, spec: ImageSpec, { name, dataOffset }: { name: string; dataOffset: number }) {
    this.file = file;
    this.spec = spec;
    this.name = name;
    this.dataOffset = dataOffset;
  }

  /** Writes the header. @throws 'write-failed' */
  static async start(file: FileWriter, spec: ImageSpec, name: string): Promise<NpySink> {
    const header = encodeNpyHeader(spec.dtype, new AxisOrder(spec.axes).toFileShape(spec.shape));
    await file.write(0, header);
    return new NpySink(file, spec, { name, dataOffset: header.length });
  }

  /** Boxes have places of their own, so several threads may write at once. */
  get ticket(): SinkTicket | undefined {
    const { spec, name, dataOffset } = this;
    const { partialPath } = this.file;
    if (partialPath === undefined) return undefined;
    return { formatId: 'npy', location: { path: name }, spec, state: { partialPath, dataOffset } };
  }

  async write(roi: Roi, tensor: Tensor, options: { signal?: AbortSignal } = {}): Promise<void> {
    this.checkOpen(options.signal);
    const { spec, name, dataOffset } = this;
    const writeSpan = async (position: number, bytes: Uint8Array) => {
      this.checkOpen(options.signal);
      await this.file.write(position, bytes);
    };
    await writeBox(writeSpan, { spec, name, dataOffset }, { roi, tensor });
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

/** Joins an image by its ticket. @throws 'write-failed' */
export async function joinNpy({ spec, location, state }: SinkTicket): Promise<BoxWriter> {
  const file = await joinFile(String(state['partialPath']));
  const place = { spec, name: location.path, dataOffset: Number(state['dataOffset']) };
  return {
    async write(roi, tensor, { signal } = {}) {
      throwIfAborted(signal);
      await writeBox((position, bytes) => file.write(position, bytes), place, { roi, tensor });
    },
    close: () => file.close(),
  };
}

/** Writes a box, each run of bytes that is contiguous in the file at once. */
async function writeBox(
  writeSpan: (position: number, bytes: Uint8Array) => Promise<void>,
  { spec, name, dataOffset }: { spec: ImageSpec; name: string; dataOffset: number },
  { roi, tensor }: { roi: Roi; tensor: Tensor },
): Promise<void> {
  checkRoi(roi, spec.shape, name);
  checkTensor(roi, tensor, { spec, name });
  const order = new AxisOrder(spec.axes);
  const box = order.toFileRoi(roi);
  const elements = order.fromCore(tensor.data, tensor.shape);
  const bytes = new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
  const bytesPerElement = itemBytes(spec.dtype);
  const fileShape = order.toFileShape(spec.shape);
  for (const span of spansOf(box, fileShape, { maxElements: Number.MAX_SAFE_INTEGER, maxGap: 0 })) {
    const first = offsetInBox(span, box) * bytesPerElement;
    const row = bytes.subarray(first, first + span.length * bytesPerElement);
    await writeSpan(dataOffset + span.offset * bytesPerElement, row);
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
