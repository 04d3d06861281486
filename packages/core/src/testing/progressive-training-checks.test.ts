import { describe, it } from 'vitest';
import type { Classifier, ClassifierModel, StoredModel, VigraTree } from '../contracts/classifier.ts';
import { centroidClassifier } from './centroid-classifier.ts';
import { kitChecks } from './kit-checks.ts';
import { progressiveChecks } from './progressive-training-checks.ts';

type Train = NonNullable<Classifier['trainProgressively']>;

const tree = (value: number): VigraTree => ({ topology: Int32Array.of(4, 3), parameters: Float64Array.of(value) });

/** A model that predicts as another one, and is stored as a forest of trees that do nothing. */
function withTrees(model: ClassifierModel, values: readonly number[]): ClassifierModel {
  const { featureCount, classCount, knownLabels, classifierId } = model.save();
  const forest = {
    trees: values.map(tree),
    columnCount: 4,
    classCount: 3,
    labels: [1, 2, 3],
    options: {},
    parameters: {},
  };
  const stored: StoredModel = {
    layout: 'vigra-forests',
    classifierId,
    knownLabels,
    featureCount,
    classCount,
    forests: [forest],
  };
  models.set(stored, model);
  return {
    ...model,
    report: { sampleCount: 120, featureCount, classCounts: [], seconds: Math.random(), warnings: [] },
    save: () => stored,
  };
}
const models = new Map<StoredModel, ClassifierModel>();

/** Trains in two parts: one tree, then three. */
function inParts(fault: { partial?: readonly number[]; settled?: readonly number[]; train?: Train } = {}): Classifier {
  const train = async (...[samples, context]: Parameters<Classifier['train']>) =>
    withTrees(await centroidClassifier.train(samples, context), [1, 2, 3]);
  return {
    ...centroidClassifier,
    train,
    load: (stored) => models.get(stored)!,
    trainProgressively: async (samples, context, onPartial) => {
      if (fault.train) return fault.train(samples, context, onPartial);
      const model = await centroidClassifier.train(samples, context);
      await onPartial(withTrees(model, fault.partial ?? [1]));
      await centroidClassifier.train(samples, context); // sees an abort
      return withTrees(model, fault.settled ?? [1, 2, 3]);
    },
  };
}

const correct = inParts();

describe('progressiveChecks', () => {
  const checks = kitChecks<Classifier>({
    kit: (classifier) => progressiveChecks(classifier, { options: { depth: 2 } }),
    correct,
    broken: {
      'progressive training ends with the model of train': inParts({ settled: [1, 2, 4] }),
      'a partial model predicts': inParts({
        train: async (samples, context, onPartial) => {
          const model = await correct.train(samples, context);
          await onPartial({ ...model, predict: (_, out) => void out.fill(1) });
          return correct.train(samples, context);
        },
      }),
      'a partial forest is the beginning of the settled one': inParts({ partial: [2] }),
      'progressive training waits for who uses the partial model': inParts({
        train: async (samples, context, onPartial) => {
          const model = await correct.train(samples, context);
          void onPartial(model);
          return correct.train(samples, context);
        },
      }),
      'a signal that fires at the partial model rejects training': inParts({
        train: async (samples, context, onPartial) => {
          const model = await correct.train(samples, context);
          await onPartial(model);
          return model;
        },
      }),
    },
  });
  for (const check of checks) it(check.name, check.run);
});
