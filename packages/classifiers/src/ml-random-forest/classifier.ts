import {
  throwIfAborted,
  type Classifier,
  type OptionValues,
  type Samples,
  type TrainContext,
  type VigraTree,
} from '@brushwood/core';
import { checkSamples, sampleWarnings } from '../check-samples.ts';
import { flattenCartTree } from '../ml-trees/cart-tree.ts';
import { restoreTrees, storeTrees } from '../ml-trees/stored-trees.ts';
import { drawSubsample, subsampleWarnings, type LibrarySamples } from '../ml-trees/subsample.ts';
import { numberOption } from '../number-option.ts';
import { createForestEngine } from '../random-forest/forest-engine.ts';
import { ForestModel } from '../random-forest/model.ts';
import { RandomStream } from '../random-forest/random.ts';

const displayName = 'Random Forest (ml-random-forest)';

/** Seconds per tree, feature of a tree and square of the samples, measured on strokes in micrographs. */
const secondsPerTreeFeatureAndSquare = 1.2e-8;

/**
 * The random forest of the package ml-random-forest: every tree sees some of the columns, a voxel's probabilities are
 * the shares of the trees' votes. Its time grows with the square of the samples, so it is trained on a part of them.
 */
export const mlRandomForest: Classifier = {
  id: 'ml-random-forest',
  displayName,
  options: [
    { key: 'treeCount', description: 'Number of trees', kind: 'integer', default: 100, min: 1, max: 10_000 },
    {
      key: 'featureShare',
      description: 'Share of the features each tree sees',
      kind: 'number',
      default: 0.3,
      min: 0,
      max: 1,
    },
    { key: 'maxDepth', description: 'Depth limit of a tree; 0 = none', kind: 'integer', default: 0, min: 0, max: 1000 },
    {
      key: 'maxSamples',
      description: 'Samples used at most; the time grows with their square',
      kind: 'integer',
      default: 1000,
      min: 10,
      max: 1_000_000,
    },
  ],

  estimateSeconds(samples: Samples, options: OptionValues) {
    const used = Math.min(samples.sampleCount, numberOption(options, 'maxSamples', displayName));
    const perTree = secondsPerTreeFeatureAndSquare * featuresPerTree(samples.featureCount, options) * used * used;
    return perTree * numberOption(options, 'treeCount', displayName);
  },

  async train(samples: Samples, context: TrainContext) {
    const started = performance.now();
    const checked = checkSamples(samples, displayName);
    const maxSamples = numberOption(context.options, 'maxSamples', displayName);
    const subsample = drawSubsample(samples, checked, { maxSamples, seed: context.seed });
    const { featureCount, classCount, sampleCount } = samples;
    const { classCounts, knownLabels } = checked;
    const trees = await growTrees(subsample, { featureCount, classCount: knownLabels.length }, context);
    const stored = storeTrees(trees, { classifierId: 'ml-random-forest', knownLabels, featureCount, classCount });
    return new ForestModel(stored, createForestEngine(trees), {
      sampleCount,
      featureCount,
      classCounts,
      seconds: (performance.now() - started) / 1000,
      warnings: [...sampleWarnings(classCounts), ...subsampleWarnings(subsample.rows.length, sampleCount, displayName)],
    });
  },

  load(stored, arena) {
    return new ForestModel(stored, createForestEngine(restoreTrees(stored, 'ml-random-forest'), arena));
  },
};

/** One forest of the library per tree: between two of them an abort can arrive and progress be told. */
async function growTrees(
  { rows, classes }: LibrarySamples,
  shape: { readonly featureCount: number; readonly classCount: number },
  { options, seed, signal, onProgress }: TrainContext,
): Promise<VigraTree[]> {
  const { RandomForestClassifier } = await import('ml-random-forest');
  const total = numberOption(options, 'treeCount', displayName);
  const columns = featuresPerTree(shape.featureCount, options);
  const trees: VigraTree[] = [];
  for (let tree = 0; tree < total; tree++) {
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    throwIfAborted(signal);
    const library = new RandomForestClassifier({
      seed: new RandomStream(seed, tree).below(2 ** 31),
      nEstimators: 1,
      // The library rounds a share down to whole columns, and takes 1 for all of them.
      maxFeatures: columns === shape.featureCount ? 1 : (columns + 0.5) / shape.featureCount,
      replacement: false,
      // Its out-of-bag step fails when a tree has seen every sample.
      noOOB: true,
      treeOptions: { maxDepth: numberOption(options, 'maxDepth', displayName) || Number.POSITIVE_INFINITY },
    });
    library.train(rows, classes);
    const root = library.estimators[0]!.root;
    trees.push(flattenCartTree(root, { ...shape, columns: library.indexes[0], isVoting: true }));
    onProgress?.({ phase: 'train', done: tree + 1, total, unit: 'trees' });
  }
  return trees;
}

function featuresPerTree(featureCount: number, options: OptionValues): number {
  const share = numberOption(options, 'featureShare', displayName);
  return Math.min(featureCount, Math.max(1, Math.round(featureCount * share)));
}
