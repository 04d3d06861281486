import { completeGroups, type Postprocessing, type ResultSteps } from '@brushwood/core';

/** The groups of classes the steps make, each class alone without any. */
export function groupsOf({ postprocessing }: ResultSteps, classCount: number): readonly (readonly number[])[] {
  return completeGroups(postprocessing?.combine ?? [], classCount);
}

/** Adds a class to the group of another one; `into` undefined: it stands by itself. A group keeps the threshold of its first class. */
export function combineClass(
  steps: ResultSteps,
  classCount: number,
  { member, into }: { member: number; into: number | undefined },
): ResultSteps {
  const before = groupsOf(steps, classCount);
  const without = before.map((group) => group.filter((other) => other !== member)).filter((group) => group.length > 0);
  const changed = without.map((group) =>
    into !== undefined && group.includes(into) ? sorted([...group, member]) : group,
  );
  const groups = completeGroups(changed, classCount);
  const { thresholds } = steps.postprocessing ?? {};
  const thresholdOf = (first: number) => thresholds?.[before.findIndex((group) => group.includes(first))];
  return withPostprocessing(steps, {
    combine: groups.some((group) => group.length > 1) ? groups : undefined,
    thresholds: thresholds && groups.map(([first]) => thresholdOf(first!) ?? defaultThreshold),
  });
}

/** Where a threshold begins. */
const defaultThreshold = 0.5;

/** Thresholds for all groups, or none. */
export function useThresholds(steps: ResultSteps, classCount: number, isUsed: boolean): ResultSteps {
  const thresholds = isUsed ? groupsOf(steps, classCount).map(() => defaultThreshold) : undefined;
  return withPostprocessing(steps, { thresholds });
}

export function withThreshold(steps: ResultSteps, group: number, value: number): ResultSteps {
  const thresholds = steps.postprocessing?.thresholds?.map((other, i) => (i === group ? value : other));
  return withPostprocessing(steps, { thresholds });
}

/** @param sigma voxels; 0 or less for none */
export function withSmoothing(steps: ResultSteps, sigma: number): ResultSteps {
  return withPostprocessing(steps, { smoothing: sigma > 0 ? sigma : undefined });
}

/** @param voxels 1 or less: all objects stay */
export function withSmallestObject({ postprocessing }: ResultSteps, voxels: number): ResultSteps {
  const smallestObject = Math.round(voxels);
  return { ...(postprocessing ? { postprocessing } : {}), ...(smallestObject > 1 ? { smallestObject } : {}) };
}

/** What the steps do, in a few words; empty if they do nothing. */
export function describeSteps(steps: ResultSteps, classCount: number): string {
  const { smoothing = 0, thresholds } = steps.postprocessing ?? {};
  const left = groupsOf(steps, classCount).length;
  return [
    ...(left < classCount ? [`${left} of ${classCount} classes left`] : []),
    ...(smoothing > 0 ? [`smoothed by ${smoothing}`] : []),
    ...(thresholds ? ['thresholds'] : []),
    ...(steps.smallestObject ? [`objects from ${steps.smallestObject}`] : []),
  ].join(', ');
}

function withPostprocessing({ postprocessing, ...rest }: ResultSteps, change: Postprocessing): ResultSteps {
  const all = Object.entries({ ...postprocessing, ...change }).filter(([, value]) => value !== undefined);
  return all.length > 0 ? { ...rest, postprocessing: Object.fromEntries(all) } : rest;
}

function sorted(members: readonly number[]): readonly number[] {
  return [...members].sort((a, b) => a - b);
}
