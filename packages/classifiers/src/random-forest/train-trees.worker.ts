import { throwIfAborted, type TaskContext, type TaskHandler } from '@brushwood/core';
import { fillRanks } from './rank-columns.ts';
import { rankColumnsTask, trainTreesTask, type RankColumnsInput, type TreeBatchInput } from './train-trees.task.ts';
import { growTrees, prepareTrees, type Nursery, type TreeBatch } from './train-trees.ts';

export const trainTreesHandler: TaskHandler<TreeBatchInput, TreeBatch | undefined> = {
  task: trainTreesTask,
  sessions: { kind: 'random-forest', limit: 1 },
  async run(input, context) {
    const { range, key, isLast } = input;
    throwIfAborted(context.signal);
    const held = key === undefined ? { nursery: sow(input) } : await keep(key, input, context);
    const { nursery } = held;
    if (!nursery) return undefined;
    if (isLast) held.nursery = undefined;
    return growTrees(nursery, range, {
      onTree: (done) => context.reportProgress(done, range.treeCount),
      signal: context.signal,
    });
  },
  transfer: (batch) =>
    batch
      ? [...batch.trees.flatMap((tree) => [tree.topology, tree.parameters]), batch.votes].map(
          (array) => array.buffer as ArrayBuffer,
        )
      : [],
};

export const rankColumnsHandler: TaskHandler<RankColumnsInput, null> = {
  task: rankColumnsTask,
  run({ featureMatrix, ranks, ...columns }, { signal }) {
    throwIfAborted(signal);
    fillRanks(featureMatrix, ranks, columns);
    return null;
  },
};

interface Held {
  nursery: Nursery | undefined;
}

function sow({ samples }: TreeBatchInput): Nursery | undefined {
  return samples && prepareTrees(samples);
}

/** The sorted samples of the key; empty if the worker doesn't have them and they don't come along. */
async function keep(key: string, input: TreeBatchInput, context: TaskContext): Promise<Held> {
  const held = await context.session<Held>(key, async () => ({ nursery: undefined }));
  held.nursery ??= sow(input);
  return held;
}
