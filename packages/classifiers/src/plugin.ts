import type { Plugin } from '@brushwood/core';
import { mlCart } from './ml-cart/classifier.ts';
import { mlRandomForest } from './ml-random-forest/classifier.ts';
import { randomForest } from './random-forest/classifier.ts';
import { rankColumnsHandler, trainTreesHandler } from './random-forest/train-trees.worker.ts';

/** The classifiers, in the order a user is offered them. */
export const classifiers = {
  name: '@brushwood/classifiers',
  classifiers: [randomForest, mlRandomForest, mlCart],
  tasks: [trainTreesHandler, rankColumnsHandler],
} satisfies Plugin;
