import {
  allocateTensor,
  BrushwoodError,
  checkRoi,
  copyBox,
  type Dtype,
  elementCount,
  intersectRois,
  type Roi,
  roiShape,
  type Shape5,
  type Tensor,
  tensorDtype,
  throwIfAborted,
  translateRoi,
  wholeRoi,
  shape5,
} from '@brushwood/core';

interface OpenUnit {
  readonly unit: Roi;
  readonly tensor: Tensor;
  /** Boxes that have come. */
  readonly boxes: Roi[];
  missingVoxels: number;
}

interface CollectorOptions {
  readonly shape: Shape5;
  readonly unitShape: Shape5;
  readonly dtype: Dtype;
  readonly who: string;
  writeUnit(unit: Roi, tensor: Tensor): Promise<void>;
}

/** Puts boxes together to whole units and hands these on. Holds the units that are not full yet. */
export class BoxCollector {
  private readonly options: CollectorOptions;
  private readonly open = new Map<string, OpenUnit>();

  constructor(options: CollectorOptions) {
    this.options = options;
  }

  /** @throws 'invalid-roi' (outside, in two units, over an earlier box), 'shape-mismatch', 'unsupported-dtype', those of `writeUnit` */
  async add(roi: Roi, tensor: Tensor, signal?: AbortSignal): Promise<void> {
    const { shape, who, writeUnit } = this.options;
    checkRoi(roi, shape, who);
    this.checkTensor(roi, tensor);
    const unit = this.unitOf(roi);
    throwIfAborted(signal);
    if (isSameRoi(roi, unit)) {
      this.open.delete(unit.start.join());
      return writeUnit(unit, tensor);
    }
    const entry = this.collect(unit, roi, tensor);
    if (entry.missingVoxels > 0) return;
    this.open.delete(unit.start.join());
    await writeUnit(unit, entry.tensor);
  }

  /** Hands on what it still holds, with zeros where no box came. */
  async flush(): Promise<void> {
    for (const [key, { unit, tensor }] of this.open) {
      await this.options.writeUnit(unit, tensor);
      this.open.delete(key);
    }
  }

  /** Forgets what it still holds. */
  discard(): void {
    this.open.clear();
  }

  private collect(unit: Roi, roi: Roi, tensor: Tensor): OpenUnit {
    const key = unit.start.join();
    let entry = this.open.get(key);
    if (!entry) {
      const shape = roiShape(unit);
      entry = {
        unit,
        tensor: allocateTensor(this.options.dtype, shape),
        boxes: [],
        missingVoxels: elementCount(shape),
      };
      this.open.set(key, entry);
    }
    const isRepeated = entry.boxes.some((box) => isSameRoi(box, roi));
    if (!isRepeated && entry.boxes.some((box) => intersectRois(box, roi))) {
      throw this.refused(roi, 'overlaps one that was written before');
    }
    copyBox(
      tensor,
      wholeRoi(tensor.shape),
      entry.tensor,
      translateRoi(
        roi,
        unit.start.map((start) => -start),
      ),
    );
    if (!isRepeated) {
      entry.boxes.push(roi);
      entry.missingVoxels -= elementCount(tensor.shape);
    }
    return entry;
  }

  private unitOf(roi: Roi): Roi {
    const { shape, unitShape } = this.options;
    const start = shape5((axis) => Math.floor(roi.start[axis] / unitShape[axis]) * unitShape[axis]);
    const stop = shape5((axis) => Math.min(start[axis] + unitShape[axis], shape[axis]));
    if (roi.stop.every((end, axis) => end <= stop[axis]!)) return { start, stop };
    throw this.refused(roi, `reaches into several units of (${unitShape.join(', ')})`);
  }

  private refused(roi: Roi, problem: string): BrushwoodError {
    return new BrushwoodError(
      'invalid-roi',
      `${this.options.who}: the box (${roi.start.join(', ')}) to (${roi.stop.join(', ')}) ${problem}. Write each voxel once, unit by unit.`,
      { start: [...roi.start], stop: [...roi.stop], unitShape: [...this.options.unitShape] },
    );
  }

  private checkTensor(roi: Roi, tensor: Tensor): void {
    const { dtype, who } = this.options;
    const found = tensorDtype(tensor);
    if (found !== dtype) {
      throw new BrushwoodError('unsupported-dtype', `${who} holds ${dtype}, but the block to write is ${found}.`, {
        expected: dtype,
        found,
      });
    }
    const expected = roiShape(roi);
    if (tensor.shape.join() === expected.join()) return;
    throw new BrushwoodError(
      'shape-mismatch',
      `${who}: a box of shape (${expected.join(', ')}) cannot take a block of shape (${tensor.shape.join(', ')}).`,
      { expected, found: tensor.shape },
    );
  }
}

function isSameRoi(a: Roi, b: Roi): boolean {
  return a.start.join() === b.start.join() && a.stop.join() === b.stop.join();
}
