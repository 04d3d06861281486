export { classifiers } from './plugin.ts';
export { randomForest } from './random-forest/classifier.ts';
