import { describe, it } from 'vitest';
import type { Classifier, ClassifierModel, FeatureBlock, Samples } from '../contracts/classifier.ts';
import { BrushwoodError, type ErrorCode } from '../errors.ts';
import { createContainer } from '../container.ts';
import { createInlinePool } from '../workers/inline-pool.ts';
import { centroidClassifier } from './centroid-classifier.ts';
import { classifierChecks } from './classifier-checks.ts';
import { kitChecks } from './kit-checks.ts';

const correct = centroidClassifier;

type Predict = ClassifierModel['predict'];
type ModelFault = (model: ClassifierModel, samples: Samples) => Partial<ClassifierModel>;

function refuse(code: ErrorCode): never {
  throw new BrushwoodError(code, 'The double refuses this.');
}

/** A fault of the models that come from training. */
function brokenModel(fault: ModelFault): Classifier {
  return {
    ...correct,
    train: async (samples, context) => {
      const model = await correct.train(samples, context);
      return { ...model, ...fault(model, samples) };
    },
  };
}

/** A fault of predicting, of trained and loaded models alike. */
function brokenPredict(wrap: (predict: Predict, model: ClassifierModel) => Predict): Classifier {
  const broken = (model: ClassifierModel): ClassifierModel => ({ ...model, predict: wrap(model.predict, model) });
  return {
    ...correct,
    train: async (samples, context) => broken(await correct.train(samples, context)),
    load: (stored, arena) => broken(correct.load(stored, arena)),
  };
}

/** Gives a model instead of the error with this code. */
function lenient(code: ErrorCode, isMeant = (_: Samples) => true): Classifier {
  return {
    ...correct,
    train: (samples, context) =>
      correct.train(samples, context).catch((error: BrushwoodError) => {
        if (error.code !== code || !isMeant(samples)) throw error;
        return { featureCount: 4, classCount: 3, predict: () => undefined, save: () => refuse('internal') };
      }),
  };
}

/** Changes what a model of three classes predicts. */
const altered = (alter: (out: Float32Array, block: FeatureBlock) => void, classCount = 3) =>
  brokenPredict((predict, model) => (block, out) => {
    predict(block, out);
    if (model.classCount === classCount) alter(out, block);
  });

/** Says nothing where predict should throw. */
const silentAbout = (isMeant: (block: FeatureBlock, out: Float32Array) => boolean) =>
  brokenPredict((predict) => (block, out) => {
    if (!isMeant(block, out)) predict(block, out);
  });

const brokenLoad = (isMeant: (hasArena: boolean) => boolean): Classifier => ({
  ...correct,
  load(stored, arena) {
    const model = correct.load(stored, arena);
    const predict: Predict = (block, out) => {
      model.predict(block, out);
      if (isMeant(arena !== undefined)) out[0]! /= 2;
    };
    return { ...model, predict };
  },
});

/** Every other training without a pool gets another seed. */
function brokenSeed(): Classifier {
  let calls = 0;
  return {
    ...correct,
    train: (samples, context) => {
      const shift = context.seed === 5 && !context.pool ? calls++ % 2 : 0;
      return correct.train(samples, { ...context, seed: context.seed + shift });
    },
  };
}

const refusing = (isMeant: (samples: Samples) => boolean): Classifier => ({
  ...correct,
  train: async (samples, context) => (isMeant(samples) ? refuse('internal') : correct.train(samples, context)),
});

const hasConstantColumn = ({ featureMatrix, featureCount, sampleCount }: Samples) =>
  sampleCount > 2 && featureMatrix.every((value, i) => i % featureCount !== 1 || value === featureMatrix[1]);
const closure = () => 1;

describe('classifierChecks', () => {
  const checks = kitChecks<Classifier>({
    kit: (classifier) =>
      classifierChecks(classifier, {
        makePool: () => createInlinePool(createContainer([]).catalog),
        options: { depth: 2 },
      }),
    correct,
    broken: {
      'id and name are set': { ...correct, displayName: ' ' },
      'declared options are consistent': {
        ...correct,
        options: [{ key: 'depth', description: '', kind: 'integer', default: 10, min: 1, max: 9 }],
      },
      'the same seed gives the same model': brokenSeed(),
      'training on a pool gives the same model': {
        ...correct,
        train: (samples, context) =>
          correct.train(samples, { ...context, seed: context.seed + (context.pool?.size ?? 0) }),
      },
      'separable classes are learnt': altered((out) => {
        const third = out.length / 3;
        out.set([...out.subarray(third), ...out.subarray(0, third)]);
      }),
      'probabilities are within 0 and 1 and sum to 1': altered((out) => out.set(out.map((value) => value * 0.9))),
      'a class without a sample gets probability 0': altered((out) => out.fill(0.1, out.length / 4, out.length / 2), 4),
      'a voxel with a NaN feature gets 0 everywhere': altered((out) => {
        const third = out.length / 3;
        if (out[7] === 0 && out[7 + third] === 0 && out[7 + 2 * third] === 0) out[7] = 1;
      }),
      'a voxel gets the same probabilities in blocks of any shape': altered((out, { shape }) => {
        if (shape[2] === 2) out[0]! /= 2;
      }),
      'a loaded model predicts what the saved one did': brokenLoad(() => true),
      'a model loaded with an arena predicts the same inside it': brokenLoad((hasArena) => hasArena),
      'a stored model is plain data': brokenModel((model) => ({
        save: () => Object.assign({ closure }, model.save()),
      })),
      'a model tells its features and classes': brokenModel(() => ({ featureCount: 5 })),
      'one sample per class is enough': refusing(({ sampleCount }) => sampleCount === 2),
      'a feature that is the same in all samples is allowed': refusing(hasConstantColumn),
      'samples are left untouched': brokenModel((_, samples) => {
        samples.featureMatrix[0]! += 1;
        return {};
      }),
      'features of a block are left untouched': altered((_, block) => void (block.data[0]! += 1)),
      'training without a sample is refused': lenient('no-labels'),
      'samples of a single class are refused': lenient('one-class'),
      'a NaN among the samples is refused': lenient('not-finite', (samples) =>
        samples.featureMatrix.some(Number.isNaN),
      ),
      'an infinite value among the samples is refused': lenient('not-finite', (samples) =>
        samples.featureMatrix.includes(Infinity),
      ),
      'a signal that has fired rejects training': {
        ...correct,
        train: (samples, context) => correct.train(samples, { ...context, signal: undefined }),
      },
      'a block with another number of features is refused': silentAbout((block) => block.featureCount !== 4),
      'a buffer of another length is refused': silentAbout((_, out) => out.length % 2 === 1),
      'a stored model with nothing in it is refused': {
        ...correct,
        load: (stored, arena) =>
          stored.layout === 'arrays' && !stored.arrays['centroids']
            ? { featureCount: 4, classCount: 2, predict: () => undefined, save: () => stored }
            : correct.load(stored, arena),
      },
    },
  });
  for (const check of checks) it(check.name, check.run);
});
