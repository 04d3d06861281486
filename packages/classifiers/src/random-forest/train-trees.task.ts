import { defineTask } from '@brushwood/core';
import type { ColumnRanks } from './rank-columns.ts';
import type { TreeBatch, TreeRange, TreeSamples } from './train-trees.ts';

export interface TreeBatchInput {
  /** Absent if the worker has them already, under the key. */
  readonly samples?: TreeSamples;
  readonly range: TreeRange;
  /** Under which the worker keeps the sorted samples for the next batch of this forest; without a key it keeps nothing. */
  readonly key?: string;
  /** No further batch of this key will come. */
  readonly isLast?: boolean;
}

/** Grows some trees of a random forest. Undefined: the worker does not have the samples (any more). */
export const trainTreesTask = defineTask<TreeBatchInput, TreeBatch | undefined>('random-forest/train-trees');

export interface RankColumnsInput {
  readonly featureMatrix: Float32Array;
  readonly sampleCount: number;
  /** Of all columns, in shared memory. */
  readonly ranks: ColumnRanks;
  /** The columns to sort, `stop` excluded. */
  readonly start: number;
  readonly stop: number;
}

/** Sorts some columns into memory that all workers share. */
export const rankColumnsTask = defineTask<RankColumnsInput, null>('random-forest/rank-columns');
