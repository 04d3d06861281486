import type { Classifier } from '@brushwood/core';
import { checkStoredForest } from './check-forest.ts';
import { ForestModel } from './model.ts';
import { createForestEngine } from './forest-engine.ts';
import type { ForestEngine } from './predict.reference.ts';
import { trainForest, type TrainedForest } from './train-forest.ts';

/**
 * Breiman's random forest with the details of vigra's (spec §B.2), seeded: bootstrap of N of N, √features columns per
 * split, Gini, grown to purity. Reads every forest of an ilastik project; ilastik reads ours.
 */
export const randomForest: Classifier = {
  id: 'random-forest',
  displayName: 'Random Forest',
  isParallel: true,
  makesVigraForests: true,
  options: [
    { key: 'treeCount', description: 'Number of trees', kind: 'integer', default: 100, min: 1, max: 10_000 },
    { key: 'maxDepth', description: 'Depth limit of a tree; 0 = none', kind: 'integer', default: 0, min: 0, max: 1000 },
    {
      key: 'minSamplesLeaf',
      description: 'Samples a leaf must hold at least',
      kind: 'integer',
      default: 1,
      min: 1,
      max: 1_000_000,
    },
  ],
  async train(samples, context) {
    return modelOf(await trainForest(samples, context, { classifierId: randomForest.id }));
  },
  async trainProgressively(samples, context, onPartial) {
    const settings = {
      classifierId: randomForest.id,
      onPartial: (partial: TrainedForest) => onPartial(modelOf(partial)),
    };
    return modelOf(await trainForest(samples, context, settings));
  },
  load(stored, arena) {
    const checked = checkStoredForest(stored);
    return new ForestModel(checked.stored, createForestEngine(checked.trees, arena));
  },
};

/** Trees that were grown here need no check, and often they only go on to a worker: the engine can wait. */
function modelOf({ stored, report }: TrainedForest): ForestModel {
  let engine: ForestEngine | undefined;
  const trees = stored.forests.flatMap((forest) => forest.trees);
  const lazy: ForestEngine = {
    predict: (features, planes) => (engine ??= createForestEngine(trees)).predict(features, planes),
  };
  return new ForestModel(stored, lazy, report);
}
