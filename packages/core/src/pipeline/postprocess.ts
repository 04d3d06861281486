import type { FilterKernels, Volume } from '../contracts/filter-engine.ts';
import { BrushwoodError } from '../errors.ts';
import { shape3, type Shape3 } from '../grid/axes.ts';
import { roiShape, type Roi } from '../grid/roi.ts';
import type { LabelClass } from '../project/project.ts';
import type { BlockArena } from './block-arena.ts';
import { gaussianRadius, gaussianTaps } from './gaussian-taps.ts';

/** What is done to the probabilities of a block before anything is derived from them, in this order. Plain data. */
export interface Postprocessing {
  /** Groups of class numbers (from 0) whose probabilities are added: each group becomes one class. */
  readonly combine?: readonly (readonly number[])[];
  /** σ in voxels of a Gaussian over each class, along z too in a volume. */
  readonly smoothing?: number;
  /**
   * Per class, after combining: in the segmentation a voxel gets the most probable of the classes that reach their threshold, and
   * 0 if none does.
   */
  readonly thresholds?: readonly number[];
}

/** The Gaussian is cut off after this many σ. */
const smoothingWindow = 3;

/** Voxels of probabilities that are needed around a block, along z, y, x. */
export function postprocessingHalo({ smoothing = 0 }: Postprocessing, isFlat: boolean): Shape3 {
  const radius = gaussianRadius(smoothing, smoothingWindow);
  return [isFlat ? 0 : radius, radius, radius];
}

/**
 * The classes that are left after combining: a group has the names of its members, joined by +, and the colours of its first.
 * @throws 'invalid-parameter' for classes that there are not, that are in several groups, or for a wrong number of thresholds
 */
export function combinedClasses(
  classes: readonly LabelClass[],
  { combine, thresholds, smoothing = 0 }: Postprocessing,
): readonly LabelClass[] {
  const groups = combine ?? classes.map((_, i) => [i]);
  const members = groups.flat();
  const wrong = members.find((member, i) => classes[member] === undefined || members.indexOf(member) !== i);
  if (wrong !== undefined || groups.length === 0 || groups.some((group) => group.length === 0)) {
    throw invalid(
      `Classes are numbered from 0 to ${classes.length - 1}, and each may be combined once; got ${JSON.stringify(groups)}.`,
    );
  }
  if (thresholds && (thresholds.length !== groups.length || thresholds.some((value) => !(value >= 0 && value <= 1)))) {
    throw invalid(
      `Thresholds are probabilities from 0 to 1, one for each of the ${groups.length} class(es); got ${thresholds.join(', ')}.`,
    );
  }
  if (!(smoothing >= 0 && smoothing <= 100)) {
    throw invalid(`The sigma of smoothing is a number of voxels from 0 to 100, got ${smoothing}.`);
  }
  return groups.map((group) => ({
    ...classes[group[0]!]!,
    name: group.map((member) => classes[member]!.name).join('+'),
  }));
}

function invalid(message: string): BrushwoodError {
  return new BrushwoodError('invalid-parameter', message);
}

export interface ProbabilityBlock {
  /** (classCount, ...shape) */
  readonly probabilities: Float32Array;
  readonly classCount: number;
  /** Of the block with its halo. */
  readonly shape: Shape3;
  /** The block without halo, and with: boxes in the image. */
  readonly core: Roi;
  readonly padded: Roi;
}

/**
 * The probabilities of the core after combining and smoothing, in the arena. Smoothing mirrors at the edges of the image.
 * @returns (number of groups, ...shape of the core)
 */
export function postprocess(
  block: ProbabilityBlock,
  { combine, smoothing = 0 }: Postprocessing,
  { arena, kernels, isFlat }: { arena: BlockArena; kernels: FilterKernels; isFlat: boolean },
): Float32Array {
  const { probabilities, classCount, shape, core, padded } = block;
  const voxels = shape[0] * shape[1] * shape[2];
  const groups = combine ?? Array.from({ length: classCount }, (_, i) => [i]);
  const box = coreBox(core, padded);
  const coreVoxels = box.shape[0] * box.shape[1] * box.shape[2];
  const out = arena.allocateFloat32(groups.length * coreVoxels);
  const mark = arena.mark();
  const volume = (): Volume => ({ data: arena.allocateFloat32(voxels), shape });
  const [a, b] = [volume(), volume()];
  const taps = gaussianTaps(0, smoothing, smoothingWindow);
  const axes = smoothing > 0 ? (isFlat ? ([1, 2] as const) : ([0, 1, 2] as const)) : [];
  for (const [i, group] of groups.entries()) {
    a.data.fill(0);
    for (const member of group) {
      const plane = probabilities.subarray(member * voxels, (member + 1) * voxels);
      for (let k = 0; k < voxels; k++) a.data[k]! += plane[k]!;
    }
    let [from, to] = [a, b];
    for (const axis of axes) {
      kernels.correlate(from, to, { axis, taps, offset: [0, 0, 0] });
      [from, to] = [to, from];
    }
    kernels.crop(from, box, out.subarray(i * coreVoxels, (i + 1) * coreVoxels));
  }
  arena.release(mark);
  return out;
}

/** Where the core lies in the padded box. */
export function coreBox(core: Roi, padded: Roi) {
  const shape = roiShape(core);
  return {
    start: shape3((i) => core.start[i + 2]! - padded.start[i + 2]!),
    shape: shape3((i) => shape[i + 2]!),
  };
}
