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
import { TreeNursery } from './tree-nursery.ts';
import { columnsPerSplit } from './train-tree.ts';
import { outOfBagError, type TreeBatch, type TreeRange } from './train-trees.ts';

export type StoredForest = Extract<StoredModel, { layout: 'vigra-forests' }>;

export interface TrainedForest {
  readonly stored: StoredForest;
  readonly report: TrainingReport;
}

/** Trees of a preliminary forest, at least: enough to see where a class is, and grown within some hundredths of a second. */
const preliminaryTrees = 8;

const who = 'Random Forest';

/**
 * Grows a forest. Tree numbers are dealt out to the workers in runs; the merged result does not depend on how many.
 * @param onPartial gets a forest of the first trees, and is waited for before the others are grown; it is not called if there
 * are few trees anyway
 * @throws as `Classifier.train`
 */
export async function trainForest(
  samples: Samples,
  context: TrainContext,
  { classifierId, onPartial }: { classifierId: string; onPartial?: (partial: TrainedForest) => Promise<void> | void },
): Promise<TrainedForest> {
  const started = performance.now();
  const checked = checkSamples(samples, who);
  const treeCount = numberOption(context.options, 'treeCount', who);
  const workers = context.pool?.size ?? 1;
  const first = onPartial ? Math.ceil(preliminaryTrees / workers) * workers : treeCount;
  const describe = (batches: readonly TreeBatch[], isPartial = false) => {
    const seconds = (performance.now() - started) / 1000;
    return describeTraining(batches, { samples, checked, classifierId, seconds, isPartial });
  };

  const nursery = new TreeNursery(samples, checked, { context, growth: growthOptions(context), total: treeCount });
  if (!onPartial || first >= treeCount) return describe(await nursery.grow(dealTrees(0, treeCount, workers)));
  const batches = await nursery.grow(dealTrees(0, first, workers), { isKept: true });
  await onPartial(describe(batches, true));
  return describe([...batches, ...(await nursery.grow(dealTrees(first, treeCount, workers)))]);
}

function growthOptions({ options }: TrainContext) {
  return {
    maxDepth: numberOption(options, 'maxDepth', who),
    minSamplesLeaf: numberOption(options, 'minSamplesLeaf', who),
  };
}

/** The trees from `start` to `stop` in as many runs as there are workers, if there are so many trees. */
function dealTrees(start: number, stop: number, workers: number): TreeRange[] {
  const total = stop - start;
  const count = Math.max(1, Math.min(workers, total));
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * total) / count);
    return { firstTree: start + from, treeCount: Math.floor(((i + 1) * total) / count) - from };
  });
}

function describeTraining(
  batches: readonly TreeBatch[],
  facts: { samples: Samples; checked: CheckedSamples; classifierId: string; seconds: number; isPartial: boolean },
): TrainedForest {
  const { samples, checked, classifierId, seconds, isPartial } = facts;
  const { sampleCount, featureCount, classCount } = samples;
  const { classCounts, knownLabels, classes } = checked;
  // Few trees say little about errors.
  const votes = isPartial ? [] : batches.map((batch) => batch.votes);
  const error = outOfBagError(votes, classes, knownLabels.length);
  const trees = batches.flatMap((batch) => batch.trees);
  return {
    stored: {
      layout: 'vigra-forests',
      classifierId,
      forests: [describeForest(trees, samples, knownLabels)],
      knownLabels,
      featureCount,
      classCount,
    },
    report: {
      sampleCount,
      featureCount,
      classCounts,
      ...(error === undefined ? {} : { outOfBagError: error }),
      seconds,
      warnings: sampleWarnings(classCounts),
    },
  };
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
