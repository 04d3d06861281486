import { describe, expect, it } from 'vitest';
import { assignFolds, notHeldOut } from './assign-folds.ts';

/** Groups of these sizes, class by class. */
function classesOf(...sizes: readonly (readonly number[])[]) {
  const rows = sizes.flatMap((list, classIndex) =>
    list.flatMap((size, i) => Array.from({ length: size }, () => ({ classIndex, group: 1000 * classIndex + i }))),
  );
  return {
    samples: { classIndices: Uint8Array.from(rows, ({ classIndex }) => classIndex), classCount: sizes.length },
    groups: rows.map(({ group }) => group),
  };
}
const countIn = (foldOf: Uint8Array, isCounted: (row: number) => boolean, folds: number) =>
  Array.from(
    { length: folds },
    (_, fold) => [...foldOf.keys()].filter((i) => foldOf[i] === fold && isCounted(i)).length,
  );

describe('assignFolds', () => {
  it('keeps groups whole and gives every fold its share of every class', () => {
    const { samples, groups } = classesOf(Array<number>(10).fill(6), Array<number>(15).fill(2));
    const { foldOf } = assignFolds(samples, groups, { folds: 5, seed: 1 });
    for (const group of new Set(groups)) {
      expect(new Set([...foldOf].filter((_, row) => groups[row] === group)).size).toBe(1);
    }
    expect(countIn(foldOf, (row) => samples.classIndices[row] === 0, 5)).toEqual([12, 12, 12, 12, 12]);
    expect(countIn(foldOf, (row) => samples.classIndices[row] === 1, 5)).toEqual([6, 6, 6, 6, 6]);
  });

  it('puts the two strokes of a class into two folds, however large others are', () => {
    const { samples, groups } = classesOf([500, 3, 3, 3], [40, 1]);
    const { foldOf, groupCounts } = assignFolds(samples, groups, { folds: 5, seed: 9 });
    const folds = new Set([...foldOf].filter((_, row) => samples.classIndices[row] === 1));
    expect(folds.size).toBe(2);
    expect(groupCounts).toEqual([4, 2]);
  });

  it('keeps groups of several classes whole', () => {
    const classIndices = Uint8Array.from({ length: 60 }, (_, i) => i % 2);
    const groups = Array.from({ length: 60 }, (_, i) => Math.floor(i / 10));
    const { foldOf } = assignFolds({ classIndices, classCount: 2 }, groups, { folds: 3, seed: 2 });
    expect(countIn(foldOf, () => true, 3)).toEqual([20, 20, 20]);
    for (let group = 0; group < 6; group++) expect(new Set(foldOf.subarray(10 * group, 10 * group + 10)).size).toBe(1);
  });

  it('cuts a class of one group into runs and never holds out a single sample', () => {
    const { samples, groups } = classesOf([10], [4, 4], [1]);
    const { foldOf } = assignFolds(samples, groups, { folds: 5, seed: 1 });
    expect(countIn(foldOf, (row) => row < 10, 5)).toEqual([2, 2, 2, 2, 2]);
    expect(foldOf[18]).toBe(notHeldOut);
  });

  it('is the same for one seed and another for another', () => {
    const { samples, groups } = classesOf(Array<number>(30).fill(4), Array<number>(30).fill(4));
    const foldsOf = (seed: number) => [...assignFolds(samples, groups, { folds: 5, seed }).foldOf];
    expect(foldsOf(1)).toEqual(foldsOf(1));
    expect(foldsOf(2)).not.toEqual(foldsOf(1));
  });
});
