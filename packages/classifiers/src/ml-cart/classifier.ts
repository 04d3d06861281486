import { throwIfAborted, type Classifier, type OptionValues, type Samples, type TrainContext } from '@brushwood/core';
import { checkSamples, sampleWarnings } from '../check-samples.ts';
import { flattenCartTree } from '../ml-trees/cart-tree.ts';
import { restoreTrees, storeTrees } from '../ml-trees/stored-trees.ts';
import { drawSubsample, subsampleWarnings } from '../ml-trees/subsample.ts';
import { numberOption } from '../number-option.ts';
import { createForestEngine } from '../random-forest/forest-engine.ts';
import { ForestModel } from '../random-forest/model.ts';

const displayName = 'Decision Tree (ml-cart)';

/** Seconds per feature and square of the samples, measured on strokes in micrographs; mixed classes take longer. */
const secondsPerFeatureAndSquare = 1.2e-8;

/** A single decision tree by the package ml-cart. Easy to read, coarse, quick to predict. */
export const mlCart: Classifier = {
  id: 'ml-cart',
  displayName,
  options: [
    { key: 'maxDepth', description: 'Depth limit; 0 = none', kind: 'integer', default: 0, min: 0, max: 1000 },
    {
      key: 'minSamplesSplit',
      description: 'A node with fewer samples is not split',
      kind: 'integer',
      default: 4,
      min: 2,
      max: 1_000_000,
    },
    {
      key: 'minGain',
      description: 'Smallest gain in Gini impurity of a split',
      kind: 'number',
      default: 0.01,
      min: 0,
      max: 1,
    },
    {
      key: 'maxSamples',
      description: 'Samples used at most; the time grows with their square',
      kind: 'integer',
      default: 1500,
      min: 10,
      max: 1_000_000,
    },
  ],

  estimateSeconds(samples: Samples, options: OptionValues) {
    const used = Math.min(samples.sampleCount, numberOption(options, 'maxSamples', displayName));
    return secondsPerFeatureAndSquare * samples.featureCount * used * used;
  },

  async train(samples: Samples, { options, seed, signal, onProgress }: TrainContext) {
    const started = performance.now();
    const checked = checkSamples(samples, displayName);
    const { DecisionTreeClassifier } = await import('ml-cart');
    throwIfAborted(signal);
    const maxSamples = numberOption(options, 'maxSamples', displayName);
    const { rows, classes } = drawSubsample(samples, checked, { maxSamples, seed });
    const library = new DecisionTreeClassifier({
      maxDepth: numberOption(options, 'maxDepth', displayName) || Number.POSITIVE_INFINITY,
      // The library makes a leaf of so many samples.
      minNumSamples: numberOption(options, 'minSamplesSplit', displayName) - 1,
      gainThreshold: numberOption(options, 'minGain', displayName),
    });
    library.train(rows, classes);
    onProgress?.({ phase: 'train', done: 1, total: 1, unit: 'trees' });
    throwIfAborted(signal);
    const { featureCount, classCount, sampleCount } = samples;
    const { classCounts, knownLabels } = checked;
    const shape = { featureCount, classCount: knownLabels.length };
    const trees = [flattenCartTree(library.root, { ...shape, isVoting: false })];
    const stored = storeTrees(trees, { classifierId: 'ml-cart', knownLabels, featureCount, classCount });
    return new ForestModel(stored, createForestEngine(trees), {
      sampleCount,
      featureCount,
      classCounts,
      seconds: (performance.now() - started) / 1000,
      warnings: [...sampleWarnings(classCounts), ...subsampleWarnings(rows.length, sampleCount, displayName)],
    });
  },

  load(stored, arena) {
    return new ForestModel(stored, createForestEngine(restoreTrees(stored, 'ml-cart'), arena));
  },
};
