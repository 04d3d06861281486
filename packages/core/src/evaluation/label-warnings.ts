import type { Samples } from '../contracts/classifier.ts';
import type { RunOptions } from '../contracts/progress.ts';
import { countLabels } from '../project/labels.ts';
import type { Project } from '../project/project.ts';
import { notHeldOut } from './assign-folds.ts';
import type { CrossValidation } from './cross-validate.ts';
import type { LabelledRows } from './labelled-rows.ts';
import { placeOf, type SamplePlace, type SamplePlaces } from './sample-places.ts';
import { contradictionStep, findContradictions, type ContradictingRow } from './similar-rows.ts';

/** Something about the labels that makes a classifier worse than it could be. Classes by number, from 0. */
export type LabelWarning =
  /** A class of the project that nothing is painted of. */
  | { readonly kind: 'class-without-labels'; readonly classIndex: number }
  /** Less than 5 % of all labels (of more than ten classes, half of an even share), or less than a twentieth of the largest class. */
  | {
      readonly kind: 'rare-class';
      readonly classIndex: number;
      readonly count: number;
      readonly share: number;
      readonly largestClass: number;
      /** How many times as many labels the largest class has. */
      readonly ratio: number;
    }
  /** Too few separate strokes to say how good the classifier is: fewer than three. `place` is in one of them. */
  | { readonly kind: 'few-strokes'; readonly classIndex: number; readonly strokes: number; readonly place: SamplePlace }
  /** Voxels of one class that look the same as voxels of another. */
  | {
      readonly kind: 'contradiction';
      readonly classIndex: number;
      readonly otherClass: number;
      /** An estimate where only every k-th voxel was looked at. */
      readonly count: number;
      readonly isEstimate?: true;
      /** The first of them, at most a hundred. */
      readonly places: readonly SamplePlace[];
    }
  /** Voxels that the classifier, having learnt from the other strokes, takes for another class, and is sure of it. */
  | {
      readonly kind: 'surprise';
      readonly classIndex: number;
      readonly otherClass: number;
      readonly count: number;
      /** The first of them, at most a hundred. */
      readonly places: readonly SamplePlace[];
    }
  /** An image that is labelled, but not with these classes, which others are labelled with. */
  | { readonly kind: 'image-without-class'; readonly laneIndex: number; readonly classIndices: readonly number[] };

const rareShare = 0.05;
const strongImbalance = 20;
const enoughStrokes = 3;
const mostPlaces = 100;
/** Probability from which a classifier is sure. */
const sure = 0.8;

/**
 * What to know about the labels of a project before its classifier is trusted: counts first, then strokes, then voxels.
 * @param validation of the same rows: tells which of them look like another class
 *
 * Source of the last: Northcutt, Jiang & Chuang, "Confident Learning", JAIR 70, 2021: labels that a model which has not seen them
 * contradicts with confidence are likely wrong.
 */
export async function labelWarnings(
  project: Project,
  { samples, places, groups }: LabelledRows,
  { signal, validation }: RunOptions & { readonly validation?: CrossValidation } = {},
): Promise<LabelWarning[]> {
  return [
    ...countWarnings(samples),
    ...strokeWarnings(samples, places, groups),
    ...imageWarnings(project, samples.classCount),
    ...contradictions(await findContradictions(samples, signal), samples, places),
    ...(validation ? pairWarnings('surprise', places, surprises(samples, validation)) : []),
  ];
}

function countWarnings({ classIndices, classCount, sampleCount }: Samples): LabelWarning[] {
  const counts = Array<number>(classCount).fill(0);
  for (const classIndex of classIndices) counts[classIndex]!++;
  const largestClass = counts.indexOf(Math.max(...counts));
  return counts.flatMap((count, classIndex): LabelWarning[] => {
    if (count === 0) return [{ kind: 'class-without-labels', classIndex }];
    const [share, ratio] = [count / sampleCount, counts[largestClass]! / count];
    const isRare = share < Math.min(rareShare, 0.5 / classCount) || ratio > strongImbalance;
    if (!isRare || classIndex === largestClass) return [];
    return [{ kind: 'rare-class', classIndex, count, share, largestClass, ratio }];
  });
}

function strokeWarnings({ classIndices, classCount }: Samples, places: SamplePlaces, groups: ArrayLike<number>) {
  const strokes = Array.from({ length: classCount }, () => new Set<number>());
  const first = Array<number>(classCount).fill(-1);
  classIndices.forEach((classIndex, row) => {
    strokes[classIndex]!.add(groups[row]!);
    if (first[classIndex] === -1) first[classIndex] = row;
  });
  return strokes.flatMap(({ size }, classIndex): LabelWarning[] =>
    size === 0 || size >= enoughStrokes
      ? []
      : [{ kind: 'few-strokes', classIndex, strokes: size, place: placeOf(places, first[classIndex]!) }],
  );
}

function imageWarnings(project: Project, classCount: number): LabelWarning[] {
  const counts = project.lanes.map(({ labels }) => countLabels(labels, classCount));
  const isUsed = (k: number) => counts.some((own) => own[k]! > 0);
  return counts.flatMap((own, laneIndex): LabelWarning[] => {
    const missing = own.flatMap((count, k) => (count === 0 && isUsed(k) ? [k] : []));
    const isLabelled = own.some((count) => count > 0);
    return isLabelled && missing.length > 0 ? [{ kind: 'image-without-class', laneIndex, classIndices: missing }] : [];
  });
}

function contradictions(rows: readonly ContradictingRow[], { sampleCount }: Samples, places: SamplePlaces) {
  const step = contradictionStep(sampleCount);
  const found = pairWarnings('contradiction', places, rows);
  return step === 1
    ? found
    : found.map((warning) => ({ ...warning, count: step * warning.count, isEstimate: true as const }));
}

function surprises({ classIndices }: Samples, { predicted, confidences }: CrossValidation): ContradictingRow[] {
  const found: ContradictingRow[] = [];
  classIndices.forEach((classIndex, row) => {
    const otherClass = predicted[row]!;
    if (otherClass === classIndex || otherClass === notHeldOut || confidences[row]! < sure) return;
    found.push({ row, classIndex, otherClass });
  });
  return found;
}

function pairWarnings(kind: 'contradiction' | 'surprise', places: SamplePlaces, rows: readonly ContradictingRow[]) {
  const kinds = new Map<string, { classIndex: number; otherClass: number; rows: number[] }>();
  for (const { row, classIndex, otherClass } of rows) {
    const key = `${classIndex} ${otherClass}`;
    const kind = kinds.get(key) ?? { classIndex, otherClass, rows: [] };
    kinds.set(key, kind);
    kind.rows.push(row);
  }
  return [...kinds.values()]
    .sort((a, b) => b.rows.length - a.rows.length)
    .map(({ classIndex, otherClass, rows: own }) => ({
      kind,
      classIndex,
      otherClass,
      count: own.length,
      places: own.slice(0, mostPlaces).map((row) => placeOf(places, row)),
    }));
}

/** A sentence for people. @param names of the classes and images */
export function describeLabelWarning(
  warning: LabelWarning,
  { classes, images }: { readonly classes: readonly string[]; readonly images: readonly string[] },
): string {
  const name = (classIndex: number) => `"${classes[classIndex] ?? `class ${classIndex + 1}`}"`;
  switch (warning.kind) {
    case 'class-without-labels':
      return `Nothing is painted of ${name(warning.classIndex)}: it will never be found.`;
    case 'rare-class':
      return (
        `${name(warning.classIndex)} has only ${warning.count} labelled voxels (${percent(warning.share)}), ` +
        `${name(warning.largestClass)} ${Math.round(warning.ratio)} times as many: it will be found too seldom. Paint more of it.`
      );
    case 'few-strokes': {
      const strokes = warning.strokes === 1 ? 'a single stroke' : `${warning.strokes} separate strokes`;
      return `${name(warning.classIndex)} is painted in ${strokes}: figures about it say little. Paint it in more places.`;
    }
    case 'contradiction':
      return (
        `${warning.isEstimate ? 'About ' : ''}${warning.count} voxel${warning.count === 1 ? '' : 's'} of ` +
        `${name(warning.classIndex)} look${warning.count === 1 ? 's' : ''} the same as ` +
        `voxels of ${name(warning.otherClass)}: a slip of the brush, or a difference that the features don't show.`
      );
    case 'surprise':
      return (
        `${warning.count} voxel${warning.count === 1 ? '' : 's'} of ${name(warning.classIndex)} look${warning.count === 1 ? 's' : ''} like ` +
        `${name(warning.otherClass)} after the other strokes: painted by mistake, or something new. If they are right, paint more like them.`
      );
    case 'image-without-class':
      return (
        `"${images[warning.laneIndex] ?? warning.laneIndex}" has labels, but none of ${warning.classIndices.map(name).join(', ')}. If there is some in ` +
        'it, paint it there too.'
      );
  }
}

function percent(share: number): string {
  return `${(100 * share).toPrecision(2)} %`;
}
