import type { RunPart } from '../contracts/storage-format.ts';
import { BrushwoodError } from '../errors.ts';
import { shape3, shape5, type Shape3, type Shape5 } from '../grid/axes.ts';
import { BlockGrid } from '../grid/block-grid.ts';
import { roiShape, wholeRoi, type Roi } from '../grid/roi.ts';

export interface BlockJobsOptions {
  /** Shape of the whole, one channel. */
  readonly shape: Shape5;
  /** Voxels that are best computed at once. */
  readonly blockShape: Shape3;
  /** What the outputs put into their files at once; blocks don't reach over its borders unless they hold whole units. */
  readonly unitShape?: Shape3;
  /** Blocks inside a unit start on multiples of this. */
  readonly writeShape?: Shape3;
}

/**
 * Cuts a run into jobs. A job is some blocks that one worker computes one after the other: all of a unit that is larger than a
 * block, or one block of several units that are smaller, or of one. Units are numbered in order t, z, y, x; they, and
 * nothing else, decide which part of a run does what, so that parts agree however large their blocks are.
 */
export class BlockJobs {
  readonly unitCount: number;
  private readonly units: BlockGrid;
  private readonly regions: BlockGrid;
  private readonly inner: Shape5;

  constructor({ shape, blockShape, unitShape = blockShape, writeShape = [1, 1, 1] }: BlockJobsOptions) {
    const image: Shape3 = [shape[2], shape[3], shape[4]];
    const unit = shape3((i) => Math.min(unitShape[i], image[i]));
    const region = shape3((i) => unit[i] * Math.max(1, Math.floor(blockShape[i] / unit[i])));
    const inner = shape3((i) => {
      const count = Math.ceil(region[i] / Math.min(blockShape[i], region[i]));
      return Math.ceil(Math.ceil(region[i] / count) / writeShape[i]) * writeShape[i];
    });
    this.units = new BlockGrid(wholeRoi(shape), [1, shape[1], ...unit]);
    this.regions = new BlockGrid(wholeRoi(shape), [1, shape[1], ...region]);
    this.inner = [1, shape[1], ...inner];
    this.unitCount = this.units.count;
  }

  /** The largest block of any job. */
  get blockShape(): Shape3 {
    const whole = roiShape(this.regions.roi);
    return shape3((i) => Math.min(this.inner[i + 2]!, whole[i + 2]!));
  }

  unit(index: number): Roi {
    return this.units.block(index);
  }

  /**
   * @param isWanted which units are to be computed; default all
   * @param run      only the `index`-th of `count` runs of neighbouring jobs, about equally long
   */
  *jobs(
    isWanted: (unit: number) => boolean = () => true,
    run: RunPart = { index: 0, count: 1 },
  ): Generator<readonly Roi[]> {
    const first = Math.floor((run.index * this.regions.count) / run.count);
    const end = Math.floor(((run.index + 1) * this.regions.count) / run.count);
    for (let i = first; i < end; i++) {
      const region = this.regions.block(i);
      const units = this.unitsIn(region);
      const wanted = units.filter(isWanted);
      if (wanted.length === units.length) yield [...new BlockGrid(region, this.inner)];
      else for (const unit of wanted) yield [...new BlockGrid(this.unit(unit), this.inner)];
    }
  }

  private unitsIn(region: Roi): number[] {
    const { counts, blockShape } = this.units;
    const low = shape5((i) => Math.floor(region.start[i] / blockShape[i]));
    const high = shape5((i) => Math.ceil(region.stop[i] / blockShape[i]));
    const found: number[] = [];
    for (let t = low[0]; t < high[0]; t++)
      for (let z = low[2]; z < high[2]; z++)
        for (let y = low[3]; y < high[3]; y++)
          for (let x = low[4]; x < high[4]; x++) found.push(((t * counts[2] + z) * counts[3] + y) * counts[4] + x);
    return found;
  }
}

/** Is this unit the part's? Parts are runs of neighbouring units, equally long to within one. */
export function isOfPart(unit: number, unitCount: number, { index, count }: RunPart): boolean {
  return Math.floor((unit * count) / unitCount) === index;
}

/** @throws 'invalid-parameter' for a part that there is not */
export function checkPart({ index, count }: RunPart): void {
  if (Number.isInteger(index) && Number.isInteger(count) && index >= 0 && index < count) return;
  throw new BrushwoodError(
    'invalid-parameter',
    `There is no part ${index + 1} of ${count}: parts are numbered 1/N to N/N.`,
    { index, count },
  );
}
