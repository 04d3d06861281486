export { classifiers } from './plugin.ts';
export { mlCart } from './ml-cart/classifier.ts';
export { mlRandomForest } from './ml-random-forest/classifier.ts';
export { randomForest } from './random-forest/classifier.ts';
