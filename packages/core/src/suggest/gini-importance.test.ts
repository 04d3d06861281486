import { describe, expect, it } from 'vitest';
import type { VigraForest, VigraTree } from '../contracts/classifier.ts';
import { giniImportance } from './gini-importance.ts';
import { byImportance } from './gini-method.ts';

const [inner, leaf] = [0, 0x40000000];
const forestOf = (...trees: VigraTree[]): VigraForest => ({
  trees,
  columnCount: 3,
  classCount: 2,
  labels: [1, 2],
  options: {},
  parameters: {},
});

/**
 * Column 1 cuts 8 samples (4 : 4) into a leaf 3 : 0 and a node 1 : 4, which column 0 cuts into 1 : 0 and 0 : 4. The impurity of n
 * samples, n (1 − Σ p²), falls from 4 to 0 + 1.6, then from 1.6 to 0.
 */
const twoCuts: VigraTree = {
  topology: Int32Array.of(3, 2, inner, 0, 7, 9, 1, leaf, 2, inner, 5, 14, 16, 0, leaf, 7, leaf, 10),
  parameters: Float64Array.of(1, 0.5, 3, 1, 0, 1, 0.5, 1, 1, 0, 4, 0, 1),
};
/** Column 2 alone. */
const oneCut: VigraTree = {
  topology: Int32Array.of(3, 2, inner, 0, 7, 9, 2, leaf, 2, leaf, 5),
  parameters: Float64Array.of(1, 0.5, 4, 1, 0, 4, 0, 1),
};
const onlyLeaf: VigraTree = { topology: Int32Array.of(3, 2, leaf, 0), parameters: Float64Array.of(4, 0.5, 0.5) };

describe('giniImportance', () => {
  it('is the share of the impurity that the cuts of a column take away', () => {
    const [first, second, third] = giniImportance([forestOf(twoCuts)]);
    expect(first).toBeCloseTo(1.6 / 4, 12);
    expect(second).toBeCloseTo(2.4 / 4, 12);
    expect(third).toBe(0);
  });

  it('is the mean over all trees of all forests', () => {
    const importance = giniImportance([forestOf(twoCuts), forestOf(oneCut)]);
    expect([...importance].map((value) => Math.round(1e6 * value) / 1e6)).toEqual([0.2, 0.3, 0.5]);
  });

  it('takes trees that cut nothing for what they are', () => {
    expect([...giniImportance([forestOf(onlyLeaf)])]).toEqual([0, 0, 0]);
  });
});

describe('byImportance', () => {
  it('lists the most important column first, equal ones by their place', () => {
    expect(byImportance([0.2, 0.5, 0, 0.2, 0.1])).toEqual([1, 0, 3, 4, 2]);
  });
});
