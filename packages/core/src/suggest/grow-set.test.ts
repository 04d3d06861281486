import { describe, expect, it } from 'vitest';
import { corePlugin } from '../plugin.ts';
import { catalogOf } from '../test-doubles/tasks.ts';
import { createInlinePool } from '../workers/inline-pool.ts';
import type { SuggestionContext } from '../contracts/suggestion-method.ts';
import { bestPrefix, setScore } from './grow-set.ts';
import { wrapperMethod } from './wrapper-method.ts';

/** A context in which a set is as good as `accuracy` says; `asked` collects the sets. */
function contextOf(accuracy: (columns: readonly number[]) => number, penalty = 0) {
  const asked: (readonly number[])[] = [];
  const context: SuggestionContext = {
    parameters: { penalty },
    seed: 0,
    pool: createInlinePool(catalogOf(corePlugin)),
    train: () => Promise.reject(new Error('not asked for')),
    async score(sets) {
      asked.push(...sets);
      return sets.map(accuracy);
    },
  };
  return { context, asked };
}

const samples = {
  featureMatrix: new Float32Array(8),
  classIndices: new Uint8Array(1),
  sampleCount: 1,
  featureCount: 8,
  classCount: 2,
};

describe('setScore', () => {
  it('gives the penalty to the set without features and nothing to the set of all', () => {
    expect(setScore(0.9, 10, { penalty: 0.1, total: 10 })).toBe(0.9);
    expect(setScore(0.9, 5, { penalty: 0.1, total: 10 })).toBeCloseTo(0.95, 12);
  });
});

describe('bestPrefix', () => {
  const order = [5, 2, 7, 0, 1, 3, 4, 6];

  it('finds the best size, and tries four more at most', async () => {
    const best = 3;
    const { context, asked } = contextOf((columns) => 1 - Math.abs(columns.length - best) / 10);
    expect(await bestPrefix(order, 0, context)).toEqual([5, 2, 7]);
    expect(asked.filter((columns) => columns.length > best).length).toBeLessThanOrEqual(4);
  });

  it('goes on over three failures', async () => {
    const accuracies = [0.8, 0.7, 0.7, 0.7, 0.9, 0.1, 0.1, 0.1];
    const { context } = contextOf((columns) => accuracies[columns.length - 1]!);
    expect(await bestPrefix(order, 0, context)).toHaveLength(5);
  });

  it('stops at the fourth', async () => {
    const accuracies = [0.8, 0.7, 0.7, 0.7, 0.7, 0.9, 0.9, 0.9];
    const { context } = contextOf((columns) => accuracies[columns.length - 1]!);
    expect(await bestPrefix(order, 0, context)).toHaveLength(1);
  });

  it('takes fewer features where they cost something', async () => {
    const gains = contextOf((columns) => 0.9 + 0.005 * columns.length);
    expect(await bestPrefix(order, 0, gains.context)).toHaveLength(8);
    expect(await bestPrefix(order, 0.1, gains.context)).toHaveLength(1);
  });
});

describe('the wrapper method', () => {
  it('finds two columns of which one alone helps little', async () => {
    // Each of 3 and 6 helps a little, both together much; everything else does harm.
    const accuracy = (columns: readonly number[]) => {
      const useful = columns.filter((column) => column === 3 || column === 6).length;
      return 0.5 + [0, 0.1, 0.4][useful]! - 0.01 * (columns.length - useful);
    };
    const { context, asked } = contextOf(accuracy, 0.1);
    expect(await wrapperMethod.choose(samples, context)).toEqual([3, 6]);
    // Two steps to the best set and four beyond it: 8 + 7 + 6 + 5 + 4 + 3 sets.
    expect(asked).toHaveLength(33);
  });

  it('takes one feature at least', async () => {
    const { context } = contextOf(() => 0.5, 0.1);
    expect(await wrapperMethod.choose(samples, context)).toEqual([0]);
  });
});
