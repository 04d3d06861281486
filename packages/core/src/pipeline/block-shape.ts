import { BrushwoodError } from '../errors.ts';
import { shape3, type Shape3, type Shape5 } from '../grid/axes.ts';

/** Features of one block are kept below this many bytes, so that a worker's memory stays bounded. */
const featureBytes = 48 * 2 ** 20;

/** Sinks that write in different units may make a block this many times as large as the default, no larger. */
const largestGrowth = 4;

export interface BlockShapeOptions {
  readonly featureCount: number;
  /** What the user asked for; cut to the image. */
  readonly wanted?: Shape3;
  readonly writeShapes: readonly Shape5[];
  /** Is there memory for a block of this shape? Without a wish the largest that fits is taken, at least 16 voxels wide. */
  readonly fits?: (block: Shape3) => boolean;
}

/**
 * The shape of a block: flat for flat images, about a cube for volumes, small enough for the features, and a multiple of what
 * the sinks write at once. Results don't depend on it.
 * @throws 'unsupported' if the units of two sinks have no common multiple of a sensible size
 */
export function chooseBlockShape(
  shape: Shape5,
  { featureCount, wanted, writeShapes, fits = () => true }: BlockShapeOptions,
): Shape3 {
  const image: Shape3 = [shape[2], shape[3], shape[4]];
  const base = wanted ?? shrink(defaultShape(image, featureCount), image, fits);
  const units = writeShapes.map((write) => image.map((size, i) => Math.min(write[i + 2]!, size)));
  const block = roundUp(base, units, image);
  // One sink alone may need large blocks; together they may only cost a little more than each by itself.
  const alone = Math.max(0, ...units.map((unit) => voxels(roundUp(base, [unit], image))));
  const largest = Math.max(alone, largestGrowth * voxels(roundUp(base, [], image)));
  if (voxels(block) > largest) throw unitsDiffer(units, block);
  return block;
}

/**
 * What all sinks can put into their files at once: the smallest common multiple of their units, and of what the others write.
 * @returns undefined if no sink has units
 * @throws 'unsupported' if that is far larger than each by itself
 */
export function commonUnitShape(
  shape: Shape5,
  { unitShapes, writeShapes }: { unitShapes: readonly Shape5[]; writeShapes: readonly Shape5[] },
): Shape3 | undefined {
  if (unitShapes.length === 0) return undefined;
  const image: Shape3 = [shape[2], shape[3], shape[4]];
  const steps = [...unitShapes, ...writeShapes].map((step) => shape3((i) => Math.min(step[i + 2]!, image[i])));
  const unit = roundUp([1, 1, 1], steps, image);
  const alone = Math.max(...steps.map((step) => voxels(roundUp([1, 1, 1], [step], image))));
  if (voxels(unit) > largestGrowth * alone) throw unitsDiffer(steps, unit);
  return unit;
}

/** The shape all blocks start on multiples of, so that every sink can write them. */
export function commonWriteShape(writeShapes: readonly Shape5[]): Shape3 {
  return shape3((i) => writeShapes.reduce((multiple, write) => lcm(multiple, write[i + 2]!), 1));
}

function roundUp(base: Shape3, units: readonly (readonly number[])[], image: Shape3): Shape3 {
  const along = (axis: 0 | 1 | 2) => {
    const unit = units.reduce((multiple, write) => lcm(multiple, write[axis]!), 1);
    return Math.min(image[axis], Math.ceil(Math.min(base[axis], image[axis]) / unit) * unit);
  };
  return [along(0), along(1), along(2)];
}

function voxels(shape: Shape3): number {
  return shape[0] * shape[1] * shape[2];
}

function unitsDiffer(units: readonly (readonly number[])[], block: Shape3): BrushwoodError {
  const different = [...new Set(units.map((unit) => `(${unit.join(', ')})`))];
  return new BrushwoodError(
    'unsupported',
    `The outputs of this run are written in units of ${different.join(' and ')} voxels, axes zyx, which fit together in blocks of ` +
      `(${block.join(', ')}) only: too large to compute at once. Write them in one run each, or in a format without chunks such as TIFF or hdf5.`,
    { units: different, block: [...block] },
  );
}

/** Square where that is cheapest: the halo is read and smoothed on every side. Volumes give way along z first. */
function defaultShape(image: Shape3, featureCount: number): Shape3 {
  const fitting = featureBytes / 4 / Math.max(1, featureCount);
  if (image[0] === 1) {
    const side = clampSide(Math.sqrt(fitting), 64, 256);
    return [1, side, side];
  }
  const side = clampSide(Math.cbrt(fitting * 1.4), 32, 64);
  return [clampSide(fitting / side ** 2, 16, 64), side, side];
}

function shrink(block: Shape3, image: Shape3, fits: (block: Shape3) => boolean): Shape3 {
  const cut = (shape: Shape3) => shape3((i) => Math.min(shape[i], image[i]));
  let current = block;
  while (current[2] > 16 && !fits(cut(current))) {
    const side = current[2] - 16;
    current = [Math.min(current[0], side), side, side];
  }
  return current;
}

/** A multiple of 16. */
function clampSide(side: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, Math.floor(side / 16) * 16));
}

function lcm(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y) [x, y] = [y, x % y];
  return (a * b) / x;
}
