import { createContainer, createInlinePool, type Classifier, type OptionValues } from '@brushwood/core';
import { classifierChecks } from '@brushwood/core/testing';
import { describe, it } from 'vitest';
import { mlCart } from './ml-cart/classifier.ts';
import { mlRandomForest } from './ml-random-forest/classifier.ts';
import { classifiers } from './plugin.ts';
import { randomForest } from './random-forest/classifier.ts';

const makePool = () => createInlinePool(createContainer([classifiers]).catalog, { size: 3 });

const cases: { classifier: Classifier; options: OptionValues }[] = [
  { classifier: randomForest, options: { treeCount: 100, maxDepth: 0, minSamplesLeaf: 1 } },
  { classifier: mlRandomForest, options: { treeCount: 10, featureShare: 0.5, maxDepth: 0, maxSamples: 1000 } },
  { classifier: mlCart, options: { maxDepth: 0, minSamplesSplit: 4, minGain: 0.01, maxSamples: 1500 } },
];

describe.each(cases)('$classifier.id passes the kit:', ({ classifier, options }) => {
  for (const check of classifierChecks(classifier, { options, makePool })) it(check.name, check.run);
});
