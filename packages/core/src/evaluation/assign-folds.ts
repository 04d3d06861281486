import { seededRandom } from '../seeded-random.ts';

/** Which samples are held out together. */
export interface FoldPlan {
  /** Per sample its fold, 0 … count − 1; 255: always learnt from, never held out. */
  readonly foldOf: Uint8Array;
  readonly count: number;
  /** Groups (strokes) per class. */
  readonly groupCounts: readonly number[];
}

/** Of samples that are never held out. */
export const notHeldOut = 255;

interface Group {
  readonly rows: number[];
  /** Samples per class. */
  readonly counts: number[];
}

/**
 * Deals groups of samples out to folds so that every fold has about its share of every class: the largest group first, each to the
 * fold where it disturbs the shares least. A class that is in one group only is cut into runs of its samples, or it could never be
 * held out; one of a single sample stays in all training sets.
 * @param groups per sample the number of its group
 * @param seed decides between groups of one size
 */
export function assignFolds(
  { classIndices, classCount }: { readonly classIndices: Uint8Array; readonly classCount: number },
  groups: ArrayLike<number>,
  { folds, seed }: { readonly folds: number; readonly seed: number },
): FoldPlan {
  const totals = Array<number>(classCount).fill(0);
  for (const classIndex of classIndices) totals[classIndex]!++;
  const groupCounts = countGroups(classIndices, groups, classCount);
  const cut = (classIndex: number) => groupCounts[classIndex] === 1;
  const dealt = [
    ...joinGroups({ classIndices, classCount }, groups, cut),
    ...cutClasses({ classIndices, classCount }, folds, cut),
  ];
  const random = seededRandom(seed);
  const order = dealt.map((group) => ({ group, tie: random() }));
  order.sort((a, b) => b.group.rows.length - a.group.rows.length || a.tie - b.tie);

  const foldOf = new Uint8Array(classIndices.length).fill(notHeldOut);
  const loads = Array.from({ length: folds }, () => Array<number>(classCount).fill(0));
  for (const { group } of order) {
    const fold = bestFold(loads, group, totals);
    for (const row of group.rows) foldOf[row] = fold;
    group.counts.forEach((count, classIndex) => (loads[fold]![classIndex]! += count));
  }
  return { foldOf, count: folds, groupCounts };
}

function countGroups(classIndices: Uint8Array, groups: ArrayLike<number>, classCount: number): number[] {
  const seen = Array.from({ length: classCount }, () => new Set<number>());
  for (let row = 0; row < classIndices.length; row++) seen[classIndices[row]!]!.add(groups[row]!);
  return seen.map((set) => set.size);
}

function joinGroups(
  { classIndices, classCount }: { readonly classIndices: Uint8Array; readonly classCount: number },
  groups: ArrayLike<number>,
  isCut: (classIndex: number) => boolean,
): Group[] {
  const joined = new Map<number, Group>();
  for (let row = 0; row < classIndices.length; row++) {
    const classIndex = classIndices[row]!;
    if (isCut(classIndex)) continue;
    const group = joined.get(groups[row]!) ?? { rows: [], counts: Array<number>(classCount).fill(0) };
    joined.set(groups[row]!, group);
    group.rows.push(row);
    group.counts[classIndex]!++;
  }
  return [...joined.values()];
}

function cutClasses(
  { classIndices, classCount }: { readonly classIndices: Uint8Array; readonly classCount: number },
  folds: number,
  isCut: (classIndex: number) => boolean,
): Group[] {
  const groups: Group[] = [];
  for (let classIndex = 0; classIndex < classCount; classIndex++) {
    if (!isCut(classIndex)) continue;
    const rows = [...classIndices.keys()].filter((row) => classIndices[row] === classIndex);
    const runs = Math.min(folds, rows.length);
    if (runs < 2) continue;
    for (let run = 0; run < runs; run++) {
      const own = rows.slice(Math.floor((run * rows.length) / runs), Math.floor(((run + 1) * rows.length) / runs));
      const counts = Array<number>(classCount).fill(0);
      counts[classIndex] = own.length;
      groups.push({ rows: own, counts });
    }
  }
  return groups;
}

/** Where the squares of the classes' shares grow least; then the fold with the fewest samples, then the first. */
function bestFold(loads: readonly (readonly number[])[], { counts }: Group, totals: readonly number[]): number {
  let best = 0;
  let [least, fewest] = [Infinity, Infinity];
  loads.forEach((load, fold) => {
    let cost = 0;
    counts.forEach((count, k) => {
      if (count > 0) cost += (count * (2 * load[k]! + count)) / totals[k]! ** 2;
    });
    const size = load.reduce((sum, count) => sum + count, 0);
    if (cost < least || (cost === least && size < fewest)) [best, least, fewest] = [fold, cost, size];
  });
  return best;
}
