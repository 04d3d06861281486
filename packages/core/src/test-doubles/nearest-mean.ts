import type { Classifier, ClassifierModel, FeatureBlock, Samples, StoredModel } from '../contracts/classifier.ts';
import { BrushwoodError } from '../errors.ts';

/**
 * The smallest honest classifier: a class is the mean of its samples, and its probability falls with the squared distance
 * from it.
 */
export const nearestMean: Classifier = {
  id: 'nearest-mean',
  displayName: 'Nearest mean',
  options: [
    { key: 'softness', description: 'Added to squared distances.', kind: 'number', default: 1, min: 0.001, max: 1e6 },
  ],
  async train(samples, { options, seed, signal }) {
    if (signal?.aborted) throw new BrushwoodError('aborted', 'Training was cancelled.');
    const { means, painted } = meansOf(samples);
    return createModel({
      layout: 'arrays',
      classifierId: 'nearest-mean',
      knownLabels: painted.map((classIndex) => classIndex + 1),
      featureCount: samples.featureCount,
      classCount: samples.classCount,
      arrays: { means, softness: Float64Array.of(Number(options['softness'])), seed: Float64Array.of(seed) },
      texts: {},
    });
  },
  load: (stored) => createModel(stored as ArraysModel),
};

type ArraysModel = StoredModel & { layout: 'arrays' };

/** One row per painted class. */
function meansOf({ featureMatrix, classIndices, featureCount, classCount }: Samples) {
  const counts = Array<number>(classCount).fill(0);
  const sums = new Float64Array(classCount * featureCount);
  classIndices.forEach((classIndex, row) => {
    counts[classIndex]!++;
    for (let f = 0; f < featureCount; f++)
      sums[classIndex * featureCount + f]! += featureMatrix[row * featureCount + f]!;
  });
  const painted = counts.flatMap((count, i) => (count > 0 ? [i] : []));
  const means = painted.flatMap((i) =>
    [...sums.subarray(i * featureCount, (i + 1) * featureCount)].map((sum) => sum / counts[i]!),
  );
  return { means: Float64Array.from(means), painted };
}

function createModel(stored: ArraysModel): ClassifierModel {
  const { featureCount, classCount, knownLabels } = stored;
  const means = stored.arrays['means']!;
  const softness = stored.arrays['softness']![0]!;
  return {
    featureCount,
    classCount,
    save: () => stored,
    predict({ data, shape }: FeatureBlock, out: Float32Array) {
      const voxels = shape[0] * shape[1] * shape[2];
      out.fill(0);
      for (let i = 0; i < voxels; i++) {
        const weights = knownLabels.map((_, k) => {
          let distance = softness;
          for (let f = 0; f < featureCount; f++)
            distance += (data[f * voxels + i]! - means[k * featureCount + f]!) ** 2;
          return 1 / distance;
        });
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        knownLabels.forEach((label, k) => (out[(label - 1) * voxels + i] = weights[k]! / total));
      }
    },
  };
}
