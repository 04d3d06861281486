import type { Classifier, ClassifierOption, OptionValues, Samples } from '../contracts/classifier.ts';
import type { WorkerPool } from '../contracts/worker-pool.ts';
import {
  expectError,
  expectSameValues,
  expectThat,
  withExpectedFailures,
  type Check,
  type CheckKitOptions,
} from './check.ts';
import { expectSameModel, modelChecks, type Train } from './classifier-model-checks.ts';
import { blockOfSamples, clusterSamples, predictBlock, trainOn } from './cluster-samples.ts';
import { progressiveChecks } from './progressive-training-checks.ts';

export interface ClassifierCheckOptions extends CheckKitOptions {
  /** Option values other than the declared defaults, for example fewer trees. */
  readonly options?: OptionValues;
  /** A pool whose workers know the classifier's tasks. Closed by the check that uses it. */
  makePool?(): WorkerPool | Promise<WorkerPool>;
}

/** Checks of a `Classifier` and its models, on small clusters of points. */
export function classifierChecks(classifier: Classifier, settings: ClassifierCheckOptions = {}): Check[] {
  const { makePool, options } = settings;
  const train = (samples: Samples, seed = 1) => trainOn(classifier, samples, { seed, options });
  const check = (name: string, run: () => Promise<void>): Check => ({ name, run });
  const refuses = (name: string, code: Parameters<typeof expectError>[0], samples: Samples): Check =>
    check(name, () => expectError(code, () => train(samples), 'Training'));
  const checks = [
    check('id and name are set', () => checkNames(classifier)),
    check('declared options are consistent', () => checkOptions(classifier.options)),
    check('the same seed gives the same model', () => checkSeed(train)),
    ...(makePool
      ? [check('training on a pool gives the same model', () => checkPool(classifier, train, settings))]
      : []),
    ...(classifier.trainProgressively ? progressiveChecks(classifier, settings) : []),
    ...modelChecks(classifier, train),
    check('one sample per class is enough', () => checkFewSamples(train)),
    check('a feature that is the same in all samples is allowed', () => checkConstantColumn(train)),
    check('samples are left untouched', () => checkSamplesUntouched(train)),
    refuses('training without a sample is refused', 'no-labels', withoutSamples()),
    refuses('samples of a single class are refused', 'one-class', ofOneClass()),
    refuses('a NaN among the samples is refused', 'not-finite', withValue(NaN)),
    refuses('an infinite value among the samples is refused', 'not-finite', withValue(Infinity)),
    check('a signal that has fired rejects training', () => checkAbort(classifier, options)),
  ];
  return withExpectedFailures(checks, settings);
}

async function checkNames({ id, displayName }: Classifier): Promise<void> {
  expectThat(id !== '' && id.trim() === id, `The id is "${id}"; it is stored in project files and must not be blank.`);
  expectThat(displayName.trim() !== '', 'The displayName is blank.');
}

async function checkOptions(options: readonly ClassifierOption[]): Promise<void> {
  const keys = options.map((option) => option.key);
  expectThat(new Set(keys).size === keys.length, `An option key repeats: ${keys.join(', ')}.`);
  for (const option of options) {
    const what = `The default ${option.default} of option "${option.key}"`;
    if (option.kind === 'choice') {
      expectThat(option.choices.includes(option.default), `${what} is not one of ${option.choices.join(', ')}.`);
    } else if (option.kind !== 'boolean') {
      const isInside = option.default >= option.min && option.default <= option.max;
      expectThat(isInside, `${what} is not within ${option.min} and ${option.max}.`);
      const isWhole = option.kind === 'number' || Number.isInteger(option.default);
      expectThat(isWhole, `${what} is not an integer.`);
    }
  }
}

async function checkSeed(train: Train): Promise<void> {
  const [first, second] = [await train(clusterSamples(), 5), await train(clusterSamples(), 5)];
  expectSameModel(second.save(), first.save(), 'The model trained again with the same seed');
}

async function checkPool(classifier: Classifier, train: Train, settings: ClassifierCheckOptions): Promise<void> {
  const alone = await train(clusterSamples(), 5);
  const pool = await settings.makePool?.();
  try {
    const pooled = await trainOn(classifier, clusterSamples(), { seed: 5, options: settings.options, pool });
    expectSameModel(pooled.save(), alone.save(), 'The model trained on a pool');
  } finally {
    await pool?.close();
  }
}

async function checkFewSamples(train: Train): Promise<void> {
  const samples: Samples = {
    featureMatrix: Float32Array.of(0, 1, 2, 3, 10, 11, 12, 13),
    classIndices: Uint8Array.of(0, 1),
    sampleCount: 2,
    featureCount: 4,
    classCount: 2,
  };
  expectFinite(predictBlock(await train(samples), blockOfSamples(samples)));
}

async function checkConstantColumn(train: Train): Promise<void> {
  const samples = clusterSamples();
  const featureMatrix = samples.featureMatrix.map((value, i) => (i % samples.featureCount === 1 ? 3 : value));
  const constant = { ...samples, featureMatrix };
  expectFinite(predictBlock(await train(constant), blockOfSamples(constant)));
}

function expectFinite(probabilities: Float32Array): void {
  expectThat(
    probabilities.every(Number.isFinite),
    `A probability is ${probabilities.find((p) => !Number.isFinite(p))}.`,
  );
}

async function checkSamplesUntouched(train: Train): Promise<void> {
  const samples = clusterSamples();
  const before = clusterSamples();
  await train(samples);
  expectSameValues(samples.featureMatrix, before.featureMatrix, 'featureMatrix after training');
  expectSameValues(samples.classIndices, before.classIndices, 'classIndices after training');
}

async function checkAbort(classifier: Classifier, options?: OptionValues): Promise<void> {
  const signal = AbortSignal.abort();
  await expectError('aborted', () => trainOn(classifier, clusterSamples(), { seed: 1, options, signal }), 'Training');
}

function withoutSamples(): Samples {
  const none = { featureMatrix: new Float32Array(0), classIndices: new Uint8Array(0), sampleCount: 0 };
  return { ...clusterSamples(), ...none };
}

function ofOneClass(): Samples {
  const samples = clusterSamples();
  return { ...samples, classIndices: samples.classIndices.map(() => 1) };
}

function withValue(value: number): Samples {
  const samples = clusterSamples();
  samples.featureMatrix[5] = value;
  return samples;
}
