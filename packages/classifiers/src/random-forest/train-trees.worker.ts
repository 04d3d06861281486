import type { TaskHandler } from '@brushwood/core';
import { trainTreesTask } from './train-trees.task.ts';
import { trainTrees, type TreeBatch, type TreeBatchInput } from './train-trees.ts';

export const trainTreesHandler: TaskHandler<TreeBatchInput, TreeBatch> = {
  task: trainTreesTask,
  run: (input, context) =>
    trainTrees(input, {
      onTree: (done) => context.reportProgress(done, input.treeCount),
      signal: context.signal,
    }),
  transfer: ({ trees, votes }) =>
    [...trees.flatMap((tree) => [tree.topology, tree.parameters]), votes].map((array) => array.buffer as ArrayBuffer),
};
