import { defineTask } from '@brushwood/core';
import type { TreeBatch, TreeBatchInput } from './train-trees.ts';

/** Grows some trees of a random forest. */
export const trainTreesTask = defineTask<TreeBatchInput, TreeBatch>('random-forest/train-trees');
