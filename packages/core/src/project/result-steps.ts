import { BrushwoodError } from '../errors.ts';
import { combinedClasses, type Postprocessing } from '../pipeline/postprocess.ts';
import type { Project } from './project.ts';

/** What becomes of probabilities on their way out. Plain data. */
export interface ResultSteps {
  readonly postprocessing?: Postprocessing;
  /** Voxels an object of the segmentation needs to stay. */
  readonly smallestObject?: number;
}

/** Groups of class numbers, and each class that none of them names by itself. A group takes the place of its first class. */
export function completeGroups(
  groups: readonly (readonly number[])[],
  classCount: number,
): readonly (readonly number[])[] {
  const named = new Set(groups.flat());
  const alone = Array.from({ length: classCount }, (_, i) => [i]).filter(([i]) => !named.has(i!));
  return [...groups, ...alone].sort((a, b) => Math.min(...a) - Math.min(...b));
}

/**
 * The project with other steps, or without any. Its model stays.
 * @throws 'invalid-parameter' for steps that do not fit its classes, or mean nothing
 */
export function setResultSteps(project: Project, steps: ResultSteps | undefined): Project {
  const { resultSteps: _, ...rest } = project;
  const { postprocessing, smallestObject = 1 } = steps ?? {};
  if (postprocessing) combinedClasses(project.classes, postprocessing);
  if (!(Number.isInteger(smallestObject) && smallestObject >= 1)) {
    throw new BrushwoodError(
      'invalid-parameter',
      `The smallest object has a whole number of voxels, got ${smallestObject}.`,
      { smallestObject },
    );
  }
  return hasSteps(steps) ? { ...rest, resultSteps: steps } : rest;
}

/** Do the steps change anything? */
export function hasSteps(steps: ResultSteps | undefined): steps is ResultSteps {
  const { combine, smoothing = 0, thresholds } = steps?.postprocessing ?? {};
  return (
    combine?.some((group) => group.length > 1) === true ||
    smoothing > 0 ||
    thresholds !== undefined ||
    (steps?.smallestObject ?? 1) > 1
  );
}

/** The steps for one class more: it stays alone, and needs as little as the others. */
export function stepsWithClass(steps: ResultSteps | undefined, classCount: number): ResultSteps | undefined {
  return changed(steps, ({ combine, thresholds }) => ({
    combine: combine && [...combine, [classCount]],
    thresholds: thresholds && [...thresholds, Math.min(...thresholds)],
  }));
}

/**
 * The steps without a class: it leaves its group, a group without members goes with its threshold. Groups take the places of their first
 * classes, as in `completeGroups`: the segmentation is numbered by them. Where every class is alone, no groups are left.
 */
export function stepsWithoutClass(
  steps: ResultSteps | undefined,
  { classIndex, classesLeft }: { readonly classIndex: number; readonly classesLeft: number },
): ResultSteps | undefined {
  return changed(steps, ({ combine, thresholds }) => {
    if (!combine) return { combine, thresholds: thresholds?.filter((_, i) => i !== classIndex) };
    const left = combine
      .map((group, i) => ({
        group: group.filter((member) => member !== classIndex).map((member) => member - Number(member > classIndex)),
        threshold: thresholds?.[i],
      }))
      .filter(({ group }) => group.length > 0)
      .sort((a, b) => Math.min(...a.group) - Math.min(...b.group));
    return {
      combine: left.length < classesLeft ? left.map(({ group }) => group) : undefined,
      thresholds: thresholds && left.map(({ threshold }) => threshold!),
    };
  });
}

function changed(
  steps: ResultSteps | undefined,
  change: (before: Postprocessing) => Pick<Postprocessing, 'combine' | 'thresholds'>,
): ResultSteps | undefined {
  if (!steps?.postprocessing) return steps;
  return { ...steps, postprocessing: compact({ ...steps.postprocessing, ...change(steps.postprocessing) }) };
}

function compact({ combine, smoothing, thresholds }: Postprocessing): Postprocessing {
  return {
    ...(combine ? { combine } : {}),
    ...(smoothing === undefined ? {} : { smoothing }),
    ...(thresholds?.length ? { thresholds } : {}),
  };
}
