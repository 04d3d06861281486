import { defineTask } from '@brushwood/core';
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
