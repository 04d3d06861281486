import type { BoxWriter, ImageSpec } from '../contracts/image-sink.ts';
import type { StorageFormat } from '../contracts/storage-format.ts';
import { findById } from '../find-by-id.ts';
import type { Shape5 } from '../grid/axes.ts';
import type { NumberArray } from '../grid/dtype.ts';
import { roiShape, translateRoi, withAxis, type Roi } from '../grid/roi.ts';
import { cropTensor, type Tensor } from '../grid/tensor.ts';
import type { PredictSetup } from './predict-block.ts';

/** A worker's writers for the outputs it can write itself, open for one job: what stayed open longer could not be renamed on some systems. */
export class OutputWriters {
  private readonly formats: readonly StorageFormat[];
  private readonly setup: PredictSetup;
  private readonly writers = new Map<number, Promise<BoxWriter>>();

  constructor(formats: readonly StorageFormat[], setup: PredictSetup) {
    this.formats = formats;
    this.setup = setup;
  }

  /**
   * @param roi   the block in the image
   * @param parts one array per output, axes (c, z, y, x)
   * @returns the parts of the outputs that have no ticket
   */
  async write(
    roi: Roi,
    parts: readonly NumberArray[],
    signal: AbortSignal,
  ): Promise<readonly (NumberArray | undefined)[]> {
    const left: (NumberArray | undefined)[] = [];
    for (const [i, { ticket, unitShape }] of this.setup.outputs.entries()) {
      if (!ticket) {
        left.push(parts[i]);
        continue;
      }
      const writer = await this.writer(i);
      const box = { roi, spec: ticket.spec, origin: this.setup.origin, unitShape, values: parts[i]!, signal };
      await writeOutput(writer, box);
      left.push(undefined);
    }
    return left;
  }

  /** Writes what the writers still hold. @throws what writing throws */
  async close(): Promise<void> {
    for (const [output, writer] of this.writers) {
      await (await writer).close();
      this.writers.delete(output);
    }
  }

  /** After a failure. */
  async discard(): Promise<void> {
    await Promise.allSettled(
      [...this.writers.values()].map(async (writer) => {
        const open = await writer;
        await (open.discard ? open.discard() : open.close());
      }),
    );
  }

  private writer(output: number): Promise<BoxWriter> {
    let writer = this.writers.get(output);
    if (!writer) {
      const ticket = this.setup.outputs[output]!.ticket!;
      writer = findById(this.formats, ticket.formatId, 'output format').join!(ticket);
      this.writers.set(output, writer);
    }
    return writer;
  }
}

export interface OutputBox {
  /** Of the block, in the image; its channel range is replaced by all channels of the output. */
  readonly roi: Roi;
  /** Where in the image the output begins. */
  readonly origin: Shape5;
  readonly spec: ImageSpec;
  /** The boxes that are written do not reach over the borders of these units. */
  readonly unitShape?: Shape5;
  /** Axes (c, z, y, x), dtype of the output. */
  readonly values: NumberArray;
  readonly signal?: AbortSignal;
}

/** Writes all channels of one block, unit by unit. */
export async function writeOutput(writer: Pick<BoxWriter, 'write'>, box: OutputBox): Promise<void> {
  const { roi, origin, spec, unitShape, values, signal } = box;
  const offset = origin.map((start) => -start);
  const target = withAxis(translateRoi(roi, offset), 1, 0, spec.shape[1]);
  const tensor: Tensor = { data: values, shape: roiShape(target) };
  const boxes = unitShape ? [...splitByUnits(target, unitShape)] : [target];
  for (const part of boxes) {
    const isWhole = boxes.length === 1;
    const inside = translateRoi(
      part,
      target.start.map((start) => -start),
    );
    await writer.write(part, isWhole ? tensor : cropTensor(tensor, inside), { signal });
  }
}

/** The parts of a box that lie in each unit along z, y and x. */
export function* splitByUnits(roi: Roi, unitShape: Shape5): Generator<Roi> {
  for (const z of cuts(roi, 2, unitShape))
    for (const y of cuts(roi, 3, unitShape))
      for (const x of cuts(roi, 4, unitShape)) {
        yield withAxis(withAxis(withAxis(roi, 2, ...z), 3, ...y), 4, ...x);
      }
}

function cuts(roi: Roi, axis: 2 | 3 | 4, unitShape: Shape5): [number, number][] {
  const found: [number, number][] = [];
  for (let start = roi.start[axis]; start < roi.stop[axis]; ) {
    const border = (Math.floor(start / unitShape[axis]) + 1) * unitShape[axis];
    const stop = Math.min(border, roi.stop[axis]);
    found.push([start, stop]);
    start = stop;
  }
  return found;
}
