import { describe, expect, it } from 'vitest';
import { createNumbers } from '../testing/example-samples.ts';
import { RandomStream } from './random.ts';
import { allocateRanks, fillRanks, rankColumns } from './rank-columns.ts';
import { SplitSearch, giniImpurity, type NodeSamples } from './split.ts';

/** All cuts between distinct neighbouring values, by the definition. */
function bruteForce(
  { values, classes, weights }: { values: number[]; classes: number[]; weights: number[] },
  classCount: number,
  minWeight: number,
) {
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  let best: { loss: number; threshold: number } | undefined;
  for (let i = 1; i < distinct.length; i++) {
    const threshold = (distinct[i - 1]! + distinct[i]!) / 2;
    const sides = [Array<number>(classCount).fill(0), Array<number>(classCount).fill(0)];
    values.forEach((value, s) => (sides[value < threshold ? 0 : 1]![classes[s]!]! += weights[s]!));
    if (sides.some((side) => side.reduce((a, b) => a + b, 0) < minWeight)) continue;
    const loss = sides.reduce((sum, side) => sum + byDefinition(side), 0);
    if (!best || loss < best.loss - 1e-9) best = { loss, threshold };
  }
  return best;
}

function byDefinition(counts: number[]): number {
  const n = counts.reduce((a, b) => a + b, 0);
  const gini = counts.reduce((sum, count) => sum + count * (1 - count / n), 0);
  return counts.length === 2 ? gini / 2 : gini;
}

function nodeOf(classes: number[], weights: number[], members: number[], classCount: number): NodeSamples {
  const counts = new Int32Array(classCount);
  for (const sample of members) counts[classes[sample]!]! += weights[sample]!;
  return { start: 0, stop: members.length, counts, weight: counts.reduce((a, b) => a + b, 0) };
}

describe('giniImpurity', () => {
  it('is n0·n1/n for two classes and Σ n_c (1 − n_c/n) for more', () => {
    expect(giniImpurity([3, 1])).toBe(0.75);
    expect(giniImpurity([2, 1, 1])).toBe(2.5);
    expect(giniImpurity([5, 0])).toBe(0);
    expect(giniImpurity([0, 0])).toBe(0);
  });
});

describe('SplitSearch', () => {
  for (const [classCount, distinctValues, minWeight] of [
    [2, 7, 1],
    [2, 1000, 1],
    [2, 40, 9],
    [3, 5, 1],
    [4, 1000, 1],
    [7, 40, 12],
  ] as const) {
    it(`finds the cut a brute-force search finds (${classCount} classes, ${distinctValues} values, leaf ≥ ${minWeight})`, () => {
      const random = createNumbers(classCount * 1000 + distinctValues);
      for (let round = 0; round < 40; round++) {
        const count = 2 + Math.floor(random() * 90);
        const values = Array.from({ length: count }, () => Math.fround(Math.floor(random() * distinctValues) / 8 - 3));
        const classes = values.map(() => Math.floor(random() * classCount));
        const weights = values.map(() => Math.floor(random() * 4));
        const samples = rankColumns(Float32Array.from(values), Uint8Array.from(classes), classCount);
        const members = weights.flatMap((weight, sample) => (weight > 0 ? [sample] : []));
        const bootstrap = { members: Int32Array.from(members), weights: Int32Array.from(weights) };
        const search = new SplitSearch(samples, bootstrap, minWeight);
        search.prepare();
        const drawn = (list: number[]) => list.filter((_, sample) => weights[sample]! > 0);
        const kept = { values: drawn(values), classes: drawn(classes), weights: drawn(weights) };
        const expected = bruteForce(kept, classCount, minWeight);
        const node = nodeOf(classes, weights, members, classCount);
        for (let repeat = 0; repeat < 2; repeat++) {
          const cut = search.search(0, node, Infinity);
          expect(cut?.threshold).toBe(expected?.threshold);
          if (expected) expect(cut?.loss).toBeCloseTo(expected.loss, 9);
        }
      }
    });
  }

  it('finds nothing in a constant column and nothing that does not undercut the limit', () => {
    const samples = rankColumns(Float32Array.of(2, 1, 2, 2, 2, 3), Uint8Array.of(0, 1, 1), 2);
    const bootstrap = { members: Int32Array.of(0, 1, 2), weights: Int32Array.of(1, 1, 1) };
    const search = new SplitSearch(samples, bootstrap, 1);
    search.prepare();
    const node = { start: 0, stop: 3, counts: Int32Array.of(1, 2), weight: 3 };
    expect(search.search(0, node, Infinity)).toBeUndefined();
    // Cuts of (1, 2, 3) with classes (0, 1, 1): first 0 + 0, second 1/2 + 0.
    expect(search.search(1, node, Infinity)).toEqual({ loss: 0, rank: 1, threshold: 1.5 });
    expect(search.search(1, node, 0)).toBeUndefined();
  });
});

describe('rankColumns', () => {
  it('gives equal values one rank, in ascending order, also below zero', () => {
    const column = [0.5, -1, -0, 3e38, 0, -1, -1e-40, -3e38];
    const { ranks, values } = rankColumns(Float32Array.from(column), new Uint8Array(8), 1);
    expect([...ranks]).toEqual([4, 1, 3, 5, 3, 1, 2, 0]);
    expect([...values.subarray(0, 6)]).toEqual([-3e38, -1, -1e-40, 0, 0.5, 3e38].map(Math.fround));
  });

  it('sorts columns by parts as it does all at once', () => {
    const random = new RandomStream(4, 0);
    const matrix = Float32Array.from({ length: 50 * 6 }, () => random.below(40) - 20);
    const whole = rankColumns(matrix, new Uint8Array(50), 1);
    const parts = allocateRanks(50, 6, true);
    for (const [start, stop] of [
      [4, 6],
      [0, 1],
      [1, 4],
    ] as const)
      fillRanks(matrix, parts, { sampleCount: 50, start, stop });
    expect([...parts.ranks]).toEqual([...whole.ranks]);
    expect([...parts.values]).toEqual([...whole.values]);
  });
});
