import type { ImageSink, ImageSpec } from '../contracts/image-sink.ts';
import type { ImageSource, VoxelSize } from '../contracts/image-source.ts';
import { BrushwoodError, throwIfAborted } from '../errors.ts';
import { shape5 } from '../grid/axes.ts';
import { BlockGrid } from '../grid/block-grid.ts';
import { checkRoi, wholeRoi } from '../grid/roi.ts';
import type { TypedArray } from '../grid/dtype.ts';

/** A sink that counts the voxels of each label and keeps nothing else. */
export interface CountingSink extends ImageSink {
  /** Voxels by label: `counts[0]` those without one, `counts[k]` those of class index k − 1. */
  readonly counts: readonly number[];
}

/**
 * For runs that need to know how much of an image each class covers, whatever else they write.
 * @param spec a segmentation: whole numbers from 0 to `classCount`
 * @throws (on write) 'invalid-labels' for another value
 */
export function createCountingSink(spec: ImageSpec, classCount: number): CountingSink {
  const counts = emptyCounts(classCount);
  return {
    spec,
    counts,
    writeShape: [1, 1, 1, 1, 1],
    async write(roi, { data }, options = {}) {
      throwIfAborted(options.signal);
      checkRoi(roi, spec.shape, 'The counted image');
      countInto(counts, data);
    },
    async close() {},
    async abort() {},
  };
}

/**
 * Counts the voxels of each label of a segmentation that is written already, chunk by chunk.
 * @returns as `CountingSink.counts`
 * @throws 'invalid-labels' for a value above `classCount`, what reading throws, 'aborted'
 */
export async function countClasses(
  source: ImageSource,
  classCount: number,
  options: { signal?: AbortSignal } = {},
): Promise<readonly number[]> {
  const counts = emptyCounts(classCount);
  const { shape, levels } = source.info;
  const chunk = levels[0]!.chunkShape;
  for (const roi of new BlockGrid(
    wholeRoi(shape),
    shape5((i) => Math.min(chunk[i], shape[i])),
  )) {
    throwIfAborted(options.signal);
    countInto(counts, (await source.read(roi, options)).data);
  }
  return counts;
}

/**
 * Area of one pixel in µm² (flat images), volume of one voxel in µm³.
 * @returns undefined if the size along an axis, or the unit's length, is not known
 */
export function voxelMeasureUm(size: VoxelSize | undefined, isFlat: boolean): number | undefined {
  const um = size && micrometresOf(size.unit);
  if (!um || !size.x || !size.y || (!isFlat && !size.z)) return undefined;
  return size.x * um * (size.y * um) * (isFlat ? 1 : size.z! * um);
}

const lengths: Readonly<Record<string, number>> = {
  angstrom: 1e-4,
  nanometer: 1e-3,
  micrometer: 1,
  millimeter: 1e3,
  centimeter: 1e4,
  meter: 1e6,
  inch: 25_400,
};

function micrometresOf(unit: string): number | undefined {
  return Object.hasOwn(lengths, unit) ? lengths[unit] : undefined;
}

function emptyCounts(classCount: number): number[] {
  return Array<number>(classCount + 1).fill(0);
}

function countInto(counts: number[], data: TypedArray): void {
  for (const value of data) {
    const label = Number(value);
    if (counts[label] === undefined) {
      throw new BrushwoodError(
        'invalid-labels',
        `A segmentation of ${counts.length - 1} class(es) holds the value ${label}. Count a segmentation of the same project.`,
        { value: label, classCount: counts.length - 1 },
      );
    }
    counts[label]!++;
  }
}
