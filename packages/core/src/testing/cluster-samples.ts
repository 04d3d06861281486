import type {
  Classifier,
  ClassifierModel,
  FeatureBlock,
  OptionValues,
  Samples,
  TrainContext,
} from '../contracts/classifier.ts';
import { seededRandom } from './random.ts';

/**
 * 120 samples of three classes with four features: the first two say which cluster a sample is of, the others are noise.
 * @param spread of a cluster; the centres are 10 apart, so that up to about 2 the classes are separable
 */
export function clusterSamples({ seed = 2, spread = 1 }: { seed?: number; spread?: number } = {}): Samples {
  const random = seededRandom(seed);
  const [sampleCount, featureCount, classCount] = [120, 4, 3];
  const featureMatrix = new Float32Array(sampleCount * featureCount);
  const classIndices = Uint8Array.from({ length: sampleCount }, (_, i) => i % classCount);
  const centres = [
    [0, 0],
    [10, 0],
    [0, 10],
  ] as const;
  for (let i = 0; i < sampleCount; i++) {
    for (let j = 0; j < featureCount; j++) {
      const noise = (random() + random() + random() - 1.5) * 2;
      featureMatrix[i * featureCount + j] = (centres[classIndices[i]!]![j] ?? 0) + spread * noise;
    }
  }
  return { featureMatrix, classIndices, sampleCount, featureCount, classCount };
}

/** The samples as a block of one row of voxels, feature by feature. */
export function blockOfSamples({ featureMatrix, sampleCount, featureCount }: Samples): FeatureBlock {
  const data = new Float32Array(featureMatrix.length);
  for (let i = 0; i < sampleCount; i++) {
    for (let j = 0; j < featureCount; j++) data[j * sampleCount + i] = featureMatrix[i * featureCount + j]!;
  }
  return { data, featureCount, shape: [1, 1, sampleCount] };
}

/** Probabilities of a block, shape (classCount, voxels). What the model does not write is NaN. */
export function predictBlock(model: ClassifierModel, block: FeatureBlock): Float32Array {
  const voxels = block.shape[0] * block.shape[1] * block.shape[2];
  const out = new Float32Array(model.classCount * voxels).fill(NaN);
  model.predict(block, out);
  return out;
}

/** Trains with the declared defaults, as far as `options` does not say otherwise. */
export function trainOn(
  classifier: Classifier,
  samples: Samples,
  context: Omit<TrainContext, 'options'> & { readonly options?: OptionValues },
): Promise<ClassifierModel> {
  const defaults = Object.fromEntries(classifier.options.map((option) => [option.key, option.default]));
  return classifier.train(samples, { ...context, options: { ...defaults, ...context.options } });
}
