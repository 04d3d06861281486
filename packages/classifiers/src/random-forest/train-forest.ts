import {
  vigraDefaultOptions,
  vigraDefaultParameters,
  type Samples,
  type StoredModel,
  type TrainContext,
  type TrainingReport,
  type VigraForest,
  type VigraTree,
} from '@brushwood/core';
import { checkSamples, sampleWarnings, type CheckedSamples } from '../check-samples.ts';
import { numberOption } from '../number-option.ts';
import { columnsPerSplit } from './train-tree.ts';
import { outOfBagError, trainTrees, type TreeBatch, type TreeBatchInput } from './train-trees.ts';
import { trainTreesTask } from './train-trees.task.ts';

export type StoredForest = Extract<StoredModel, { layout: 'vigra-forests' }>;

/**
 * Grows a forest. Tree numbers are dealt out to the workers in runs; the merged result does not depend on how many.
 * @throws as `Classifier.train`
 */
export async function trainForest(
  samples: Samples,
  context: TrainContext,
  classifier: { readonly id: string; readonly displayName: string },
): Promise<{ stored: StoredForest; report: TrainingReport }> {
  const started = performance.now();
  const checked = checkSamples(samples, classifier.displayName);
  const batches = await growBatches(samples, checked, context);
  const trees = batches.flatMap((batch) => batch.trees);
  const { classCounts, knownLabels, classes } = checked;
  const error = outOfBagError(
    batches.map((batch) => batch.votes),
    classes,
    knownLabels.length,
  );
  const report: TrainingReport = {
    sampleCount: samples.sampleCount,
    featureCount: samples.featureCount,
    classCounts,
    ...(error === undefined ? {} : { outOfBagError: error }),
    seconds: (performance.now() - started) / 1000,
    warnings: sampleWarnings(classCounts),
  };
  const stored: StoredForest = {
    layout: 'vigra-forests',
    classifierId: classifier.id,
    forests: [describeForest(trees, samples, knownLabels)],
    knownLabels,
    featureCount: samples.featureCount,
    classCount: samples.classCount,
  };
  return { stored, report };
}

async function growBatches(samples: Samples, checked: CheckedSamples, context: TrainContext): Promise<TreeBatch[]> {
  const who = 'Random Forest';
  const { options, seed, pool, signal, onProgress } = context;
  const total = numberOption(options, 'treeCount', who);
  const growth = {
    maxDepth: numberOption(options, 'maxDepth', who),
    minSamplesLeaf: numberOption(options, 'minSamplesLeaf', who),
  };
  const batchCount = Math.max(1, Math.min(pool?.size ?? 1, total));
  const featureMatrix = pool && batchCount > 1 ? toSharedMemory(samples.featureMatrix) : samples.featureMatrix;
  const common = { featureMatrix, classes: checked.classes, classCount: checked.knownLabels.length, growth, seed };
  const inputs = Array.from({ length: batchCount }, (_, i): TreeBatchInput => {
    const firstTree = Math.floor((i * total) / batchCount);
    return { ...common, firstTree, treeCount: Math.floor(((i + 1) * total) / batchCount) - firstTree };
  });
  const done = inputs.map(() => 0);
  const report = (batch: number, trees: number) => {
    done[batch] = trees;
    onProgress?.({ phase: 'train', done: done.reduce((sum, n) => sum + n, 0), total, unit: 'trees' });
  };
  return Promise.all(
    inputs.map((input, i) =>
      pool
        ? pool.run(trainTreesTask, input, { signal, onProgress: (progress) => report(i, progress.done) })
        : trainTrees(input, { signal, onTree: (trees) => report(i, trees) }),
    ),
  );
}

/** One copy that all workers read, where the platform allows it; otherwise each gets its own. */
function toSharedMemory(matrix: Float32Array): Float32Array {
  if (typeof SharedArrayBuffer === 'undefined' || matrix.buffer instanceof SharedArrayBuffer) return matrix;
  const shared = new Float32Array(new SharedArrayBuffer(matrix.byteLength));
  shared.set(matrix);
  return shared;
}

/** The records around the trees, every key that vigra expects to find (spec §C.6). */
function describeForest(
  trees: readonly VigraTree[],
  { featureCount, sampleCount }: Samples,
  knownLabels: readonly number[],
): VigraForest {
  return {
    trees,
    columnCount: featureCount,
    classCount: knownLabels.length,
    labels: knownLabels,
    options: { ...vigraDefaultOptions, tree_count_: trees.length },
    parameters: {
      ...vigraDefaultParameters,
      column_count_: featureCount,
      class_count_: knownLabels.length,
      row_count_: sampleCount,
      actual_mtry_: columnsPerSplit(featureCount),
      actual_msample_: sampleCount,
    },
  };
}
