import type { Classifier, ClassifierModel, Samples, StoredModel } from '../contracts/classifier.ts';
import { BrushwoodError, throwIfAborted, type ErrorCode } from '../errors.ts';
import { seededRandom } from './random.ts';

/**
 * A small classifier for tests of what uses classifiers: the nearer a voxel lies to the mean of a class's samples, the
 * more probable the class. The seed moves the means a little.
 */
export const centroidClassifier: Classifier = {
  id: 'centroids',
  displayName: 'Nearest centroid',
  options: [
    { key: 'depth', description: 'Has no effect.', kind: 'integer', default: 3, min: 1, max: 9 },
    { key: 'mode', description: 'Has no effect.', kind: 'choice', default: 'a', choices: ['a', 'b'] },
  ],
  train: async (samples, { seed, signal }) => {
    throwIfAborted(signal);
    return loadModel(trainModel(samples, seed));
  },
  load: loadModel,
};

function trainModel(samples: Samples, seed: number): StoredModel {
  const { featureMatrix, classIndices, sampleCount, featureCount, classCount } = samples;
  const present = [...new Set(classIndices)].toSorted((a, b) => a - b);
  if (sampleCount === 0) refuse('no-labels', 'there is no sample');
  if (present.length < 2) refuse('one-class', 'all samples are of one class');
  if (!featureMatrix.every(Number.isFinite)) refuse('not-finite', 'a feature is NaN or infinite');
  const random = seededRandom(seed);
  const sizes = present.map((k) => classIndices.filter((other) => other === k).length);
  const centroids = new Float32Array(present.length * featureCount).map(() => random() * 0.01);
  for (let i = 0; i < sampleCount; i++) {
    const row = present.indexOf(classIndices[i]!);
    for (let j = 0; j < featureCount; j++) {
      centroids[row * featureCount + j]! += featureMatrix[i * featureCount + j]! / sizes[row]!;
    }
  }
  return {
    layout: 'arrays',
    classifierId: 'centroids',
    knownLabels: present.map((k) => k + 1),
    featureCount,
    classCount,
    arrays: { centroids },
    texts: {},
  };
}

function loadModel(stored: StoredModel): ClassifierModel {
  const { featureCount, classCount, knownLabels } = stored;
  const centroids = stored.layout === 'arrays' ? stored.arrays['centroids'] : undefined;
  if (!centroids) refuse('broken-file', 'the stored model has no centroids');
  return {
    featureCount,
    classCount,
    save: () => stored,
    predict({ data, shape, featureCount: found }, out) {
      const voxels = shape[0] * shape[1] * shape[2];
      if (found !== featureCount || out.length !== classCount * voxels) {
        refuse('shape-mismatch', `${found} features and ${out.length} probabilities do not fit`);
      }
      out.fill(0);
      for (let i = 0; i < voxels; i++) {
        const features = Array.from({ length: featureCount }, (_, j) => data[j * voxels + i]!);
        weigh(features, centroids).forEach((weight, k) => (out[(knownLabels[k]! - 1) * voxels + i] = weight));
      }
    },
  };
}

/** Softmax of the negative distances; all 0 for NaN. */
function weigh(features: readonly number[], centroids: ArrayLike<number>): number[] {
  const distances: number[] = [];
  for (let row = 0; row < centroids.length; row += features.length) {
    distances.push(Math.sqrt(features.reduce((sum, value, j) => sum + (value - centroids[row + j]!) ** 2, 0)));
  }
  const nearest = Math.min(...distances);
  const weights = distances.map((distance) => Math.exp(nearest - distance));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (Number.isNaN(total) ? 0 : weight / total));
}

function refuse(code: ErrorCode, why: string): never {
  throw new BrushwoodError(code, `Nearest centroid: ${why}.`);
}
