import type { ImageSink, ImageSpec } from '../contracts/image-sink.ts';
import { BrushwoodError } from '../errors.ts';
import type { Shape5 } from '../grid/axes.ts';
import { BlockGrid } from '../grid/block-grid.ts';
import { isSameRoi, roiShape, wholeRoi, type Roi } from '../grid/roi.ts';
import { allocateTensor, copyBox, type Tensor } from '../grid/tensor.ts';

/** An image in units that outlives its sinks, as a folder of shards does. */
export interface UnitImage {
  readonly tensor: Tensor;
  /** Numbers of the units that are done, in the order they were written. */
  readonly written: number[];
  isClosed: boolean;
}

/** Opens sinks over one image that remembers its units. */
export class UnitStore {
  readonly unitShape: Shape5;
  image: UnitImage | undefined;

  constructor(unitShape: Shape5) {
    this.unitShape = unitShape;
  }

  /** @param failsAfter units that this sink writes before it fails */
  open(spec: ImageSpec, failsAfter = Infinity): ImageSink {
    const image = (this.image ??= { tensor: allocateTensor(spec.dtype, spec.shape), written: [], isClosed: false });
    const grid = new BlockGrid(wholeRoi(spec.shape), [1, spec.shape[1], ...spatial(this.unitShape)]);
    const filled = new Map<number, number>();
    const unitOf = (roi: Roi) => [...grid].findIndex((unit) => contains(unit, roi));
    let written = 0;
    return {
      spec,
      writeShape: [1, 1, 1, 1, 1],
      unitShape: this.unitShape,
      isDone: async (unit) => {
        const index = [...grid].findIndex((own) => isSameRoi(own, unit));
        if (index < 0) throw new BrushwoodError('invalid-roi', `no unit of this image: ${JSON.stringify(unit)}`);
        return image.written.includes(index);
      },
      write: async (roi, tensor) => {
        const index = unitOf(roi);
        if (index < 0) throw new BrushwoodError('invalid-roi', `reaches over a unit: ${JSON.stringify(roi)}`);
        if (written >= failsAfter) throw new BrushwoodError('write-failed', 'disk full');
        copyBox(tensor, wholeRoi(tensor.shape), image.tensor, roi);
        const voxels = (filled.get(index) ?? 0) + count(roi);
        filled.set(index, voxels);
        if (voxels === count(grid.block(index))) {
          image.written.push(index);
          written++;
        }
      },
      suspend: async () => undefined,
      close: async () => {
        const missing = grid.count - new Set(image.written).size;
        if (missing > 0) throw new BrushwoodError('incomplete', `${missing} unit(s) are missing`);
        image.isClosed = true;
      },
      abort: async () => undefined,
    };
  }
}

function spatial(shape: Shape5): [number, number, number] {
  return [shape[2], shape[3], shape[4]];
}

function contains(unit: Roi, roi: Roi): boolean {
  return roi.start.every((start, i) => start >= unit.start[i]!) && roi.stop.every((stop, i) => stop <= unit.stop[i]!);
}

function count(roi: Roi): number {
  return roiShape(roi).reduce((product, size) => product * size, 1);
}
