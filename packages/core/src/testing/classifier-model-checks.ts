import type { Classifier, ClassifierModel, Samples, StoredModel } from '../contracts/classifier.ts';
import type { Shape3 } from '../grid/axes.ts';
import { BlockArena } from '../pipeline/block-arena.ts';
import { CheckFailure, expectError, expectSameValues, expectThat, type Check } from './check.ts';
import { blockOfSamples, clusterSamples, predictBlock } from './cluster-samples.ts';
import { findDifference } from './find-difference.ts';

/** Trains the classifier in question. */
export type Train = (samples: Samples, seed?: number) => Promise<ClassifierModel>;

/** The part of `classifierChecks` about models: what they predict, keep and refuse. */
export function modelChecks(classifier: Classifier, train: Train): Check[] {
  const check = (name: string, run: () => Promise<void>): Check => ({ name, run });
  return [
    check('separable classes are learnt', () => checkLearning(train)),
    check('probabilities are within 0 and 1 and sum to 1', () => checkProbabilities(train)),
    check('a class without a sample gets probability 0', () => checkMissingClass(train)),
    check('a voxel with a NaN feature gets 0 everywhere', () => checkNanVoxel(train)),
    check('a voxel gets the same probabilities in blocks of any shape', () => checkBlockShapes(train)),
    check('a loaded model predicts what the saved one did', () => checkReload(classifier, train)),
    check('a model loaded with an arena predicts the same inside it', () => checkArena(classifier, train)),
    check('a stored model is plain data', () => checkPlainData(train)),
    check('a model tells its features and classes', () => checkCounts(train)),
    check('features of a block are left untouched', () => checkFeaturesUntouched(train)),
    check('a block with another number of features is refused', () => checkFeatureCount(train)),
    check('a buffer of another length is refused', () => checkBufferLength(train)),
    check('a stored model with nothing in it is refused', () => checkEmptyModel(classifier)),
  ];
}

async function checkLearning(train: Train): Promise<void> {
  const samples = clusterSamples();
  const probabilities = predictBlock(await train(samples), blockOfSamples(samples));
  const { sampleCount, classCount, classIndices } = samples;
  let right = 0;
  for (let i = 0; i < sampleCount; i++) {
    const own = probabilities[classIndices[i]! * sampleCount + i]!;
    let best = 0;
    for (let k = 0; k < classCount; k++) best = Math.max(best, probabilities[k * sampleCount + i]!);
    if (own === best) right += 1;
  }
  const share = right / sampleCount;
  expectThat(share >= 0.95, `${(100 * share).toFixed(1)} % of well separated samples are recognised, expected 95 %.`);
}

async function checkProbabilities(train: Train): Promise<void> {
  const samples = clusterSamples();
  const probabilities = predictBlock(await train(samples), blockOfSamples(clusterSamples({ seed: 77, spread: 1.5 })));
  const { classCount, sampleCount: voxels } = samples;
  for (let i = 0; i < voxels; i++) {
    let sum = 0;
    for (let k = 0; k < classCount; k++) {
      const value = probabilities[k * voxels + i]!;
      expectThat(value >= 0 && value <= 1, `Class ${k} of voxel ${i} got the probability ${value}.`);
      sum += value;
    }
    expectThat(Math.abs(sum - 1) <= 1e-5, `The probabilities of voxel ${i} sum to ${sum}.`);
  }
}

async function checkMissingClass(train: Train): Promise<void> {
  const samples = clusterSamples();
  // Class 1 of four has no sample: the project knows 0, 1, 2, 3, the samples 0, 2, 3.
  const classIndices = samples.classIndices.map((k) => (k === 0 ? 0 : k + 1));
  const gapped = { ...samples, classIndices, classCount: samples.classCount + 1 };
  const block = blockOfSamples(gapped);
  const probabilities = predictBlock(await train(gapped), block);
  const missing = probabilities.subarray(gapped.sampleCount, 2 * gapped.sampleCount);
  expectThat(
    missing.every((value) => value === 0),
    `The class without a sample got ${missing.find((value) => value !== 0)}.`,
  );
  for (const [k, label] of [1, 3, 4].entries()) {
    const plane = probabilities.subarray((label - 1) * gapped.sampleCount, label * gapped.sampleCount);
    expectThat(
      plane.some((value) => value > 0),
      `Class ${label - 1}, the ${k + 1}. with samples, got 0 everywhere.`,
    );
  }
}

async function checkNanVoxel(train: Train): Promise<void> {
  const samples = clusterSamples();
  const model = await train(samples);
  const block = blockOfSamples(samples);
  const expected = predictBlock(model, blockOfSamples(samples));
  const voxel = 7;
  block.data[2 * samples.sampleCount + voxel] = NaN;
  for (let k = 0; k < samples.classCount; k++) expected[k * samples.sampleCount + voxel] = 0;
  expectSameValues(predictBlock(model, block), expected, 'Probabilities of a block whose voxel 7 has a NaN feature');
}

async function checkBlockShapes(train: Train): Promise<void> {
  const samples = clusterSamples();
  const model = await train(samples);
  const line = predictBlock(model, blockOfSamples(samples));
  const n = samples.sampleCount;
  for (const shape of [
    [1, n / 12, 12],
    [3, n / 6, 2],
    [n, 1, 1],
  ] as readonly Shape3[]) {
    const block = { ...blockOfSamples(samples), shape };
    expectSameValues(
      predictBlock(model, block),
      line,
      `Probabilities of the same voxels as a block of shape (${shape})`,
    );
  }
}

async function checkReload(classifier: Classifier, train: Train): Promise<void> {
  const samples = clusterSamples({ seed: 3, spread: 1.5 });
  const model = await train(samples);
  const loaded = classifier.load(model.save());
  const expected = predictBlock(model, blockOfSamples(samples));
  expectSameValues(predictBlock(loaded, blockOfSamples(samples)), expected, 'Probabilities of the loaded model');
}

async function checkArena(classifier: Classifier, train: Train): Promise<void> {
  const samples = clusterSamples({ seed: 4, spread: 1.5 });
  const model = await train(samples);
  const outside = blockOfSamples(samples);
  const arena = new BlockArena(2 ** 24);
  const loaded = classifier.load(model.save(), arena);
  const data = arena.allocateFloat32(outside.data.length);
  const out = arena.allocateFloat32(samples.classCount * samples.sampleCount);
  data.set(outside.data);
  loaded.predict({ ...outside, data }, out);
  const expected = predictBlock(classifier.load(model.save()), outside);
  expectSameValues(out, expected, 'Probabilities of a block inside the arena');
}

async function checkPlainData(train: Train): Promise<void> {
  const stored = (await train(clusterSamples())).save();
  let copy: StoredModel;
  try {
    copy = structuredClone(stored);
  } catch (cause) {
    throw new CheckFailure('A stored model cannot be posted to a worker: it holds more than plain data.', { cause });
  }
  expectSameModel(copy, stored, 'The model after structuredClone');
}

async function checkCounts(train: Train): Promise<void> {
  const samples = clusterSamples();
  const model = await train(samples);
  const stored = model.save();
  for (const [what, { featureCount, classCount }] of [
    ['model', model],
    ['stored model', stored],
  ] as const) {
    const isRight = featureCount === samples.featureCount && classCount === samples.classCount;
    expectThat(isRight, `The ${what} says ${featureCount} features and ${classCount} classes, trained on 4 and 3.`);
  }
  expectThat(`${stored.knownLabels}` === '1,2,3', `knownLabels are ${stored.knownLabels}, expected 1,2,3.`);
}

async function checkFeaturesUntouched(train: Train): Promise<void> {
  const samples = clusterSamples();
  const model = await train(samples);
  const block = blockOfSamples(samples);
  predictBlock(model, block);
  expectSameValues(block.data, blockOfSamples(samples).data, 'The features after predict');
}

async function checkFeatureCount(train: Train): Promise<void> {
  const samples = clusterSamples();
  const model = await train(samples);
  const shape: Shape3 = [1, 1, 2];
  for (const featureCount of [samples.featureCount - 1, samples.featureCount + 1]) {
    const block = { data: new Float32Array(2 * featureCount), featureCount, shape };
    const out = new Float32Array(2 * samples.classCount);
    await expectError('shape-mismatch', () => model.predict(block, out), `A block of ${featureCount} features, not 4,`);
  }
}

async function checkBufferLength(train: Train): Promise<void> {
  const samples = clusterSamples();
  const model = await train(samples);
  const block = blockOfSamples(samples);
  for (const surplus of [-1, 1]) {
    const out = new Float32Array(samples.sampleCount * samples.classCount + surplus);
    await expectError('shape-mismatch', () => model.predict(block, out), `A buffer of ${surplus} values too many`);
  }
}

async function checkEmptyModel(classifier: Classifier): Promise<void> {
  const empty: StoredModel = {
    layout: 'arrays',
    classifierId: classifier.id,
    knownLabels: [1, 2],
    featureCount: 4,
    classCount: 2,
    arrays: {},
    texts: {},
  };
  await expectError('broken-file', () => classifier.load(empty), 'Loading');
}

/** @throws CheckFailure naming the first difference */
export function expectSameModel(found: StoredModel, expected: StoredModel, what: string): void {
  const difference = findDifference(found, expected);
  if (difference) throw new CheckFailure(`${what} differs: ${difference}.`);
}
