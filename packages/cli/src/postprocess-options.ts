import {
  combinedClasses,
  completeGroups,
  findClass,
  hasSteps,
  type LabelClass,
  type Postprocessing,
  type Project,
} from '@brushwood/core';
import { InvalidArgumentError } from 'commander';

/** Options that change probabilities before anything is derived from them, and the segmentation behind. */
export interface PostprocessOptions {
  /** Names or numbers of classes to add, group by group. */
  readonly combine?: readonly (readonly string[])[];
  readonly smooth?: number;
  readonly threshold?: readonly number[];
  /** Voxels an object of the segmentation needs to stay. */
  readonly minObject?: number;
  /** As the app says it; takes the place of all but `minObject`. */
  readonly postprocessing?: Postprocessing;
}

/** `--combine 2+3` or `nucleus+nucleolus,4+5`. */
export function classGroups(text: string): readonly (readonly string[])[] {
  const groups = text.split(',').map((group) => group.split('+').map((name) => name.trim()));
  if (groups.some((group) => group.length < 2 || group.includes(''))) {
    throw new InvalidArgumentError(`Say which classes to add, joined by +, like 2+3 or 1+2,4+5; got "${text}".`);
  }
  return groups;
}

/** `--smooth 1.5`. */
export function positiveNumber(name: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value > 0 && Number.isFinite(value)) return value;
    throw new InvalidArgumentError(`${name} must be a number above 0, got "${text}".`);
  };
}

/** `--threshold 0.6` (every class) or `0.5,0.8` (one for each). */
export function thresholds(text: string): readonly number[] {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (values.every((value) => value >= 0 && value <= 1)) return values;
  throw new InvalidArgumentError(
    `Say a probability from 0 to 1, or one for each class, like 0.6 or 0.5,0.8; got "${text}".`,
  );
}

/** What the options mean for a project, and the classes that are left. */
export interface PlannedPostprocessing {
  /** Undefined if the probabilities stay as they are. */
  readonly postprocessing: Postprocessing | undefined;
  readonly classes: readonly LabelClass[];
}

/**
 * Classes that no group names stay as they are; a group takes the place of its first class.
 * @throws 'class-missing', 'invalid-parameter' for a class in two groups and a wrong number of thresholds
 */
export function planPostprocessing(
  project: Project,
  { combine = [], smooth, threshold, postprocessing: given }: PostprocessOptions,
): PlannedPostprocessing {
  if (given) return { postprocessing: given, classes: combinedClasses(project.classes, given) };
  if (combine.length === 0 && smooth === undefined && !threshold)
    return { postprocessing: undefined, classes: project.classes };
  const named = combine.map((group) => group.map((name) => findClass(project, name)));
  const groups = completeGroups(named, project.classes.length);
  const postprocessing: Postprocessing = {
    combine: combine.length > 0 ? groups : undefined,
    smoothing: smooth,
    thresholds: threshold?.length === 1 ? groups.map(() => threshold[0]!) : threshold,
  };
  return { postprocessing, classes: combinedClasses(project.classes, postprocessing) };
}

/** What the app does to results of this project, as options; undefined if it does nothing or some of the options are given. */
export function unusedSteps({ resultSteps }: Project, options: PostprocessOptions): string | undefined {
  const { combine = [], smooth, threshold, minObject } = options;
  const isGiven = combine.length > 0 || [smooth, threshold, minObject].some((value) => value !== undefined);
  if (isGiven || !hasSteps(resultSteps)) return undefined;
  const { combine: groups = [], smoothing = 0, thresholds: values } = resultSteps.postprocessing ?? {};
  const added = groups.filter((group) => group.length > 1).map((group) => group.map((i) => i + 1).join('+'));
  const { smallestObject = 1 } = resultSteps;
  return [
    ...(added.length > 0 ? [`--combine ${added.join(',')}`] : []),
    ...(smoothing > 0 ? [`--smooth ${smoothing}`] : []),
    ...(values ? [`--threshold ${values.join(',')}`] : []),
    ...(smallestObject > 1 ? [`--min-object ${smallestObject}`] : []),
  ].join(' ');
}
