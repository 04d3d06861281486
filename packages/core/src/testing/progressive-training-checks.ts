import type { Classifier, ClassifierModel, OptionValues, StoredModel } from '../contracts/classifier.ts';
import type { WorkerPool } from '../contracts/worker-pool.ts';
import { expectError, expectSameValues, expectThat, type Check } from './check.ts';
import { expectSameModel } from './classifier-model-checks.ts';
import { blockOfSamples, clusterSamples, predictBlock, trainOn } from './cluster-samples.ts';

interface ProgressiveSettings {
  readonly options?: OptionValues;
  makePool?(): WorkerPool | Promise<WorkerPool>;
}

/** The part of `classifierChecks` about `trainProgressively`. */
export function progressiveChecks(classifier: Classifier, settings: ProgressiveSettings): Check[] {
  const check = (name: string, run: () => Promise<void>): Check => ({ name, run });
  return [
    check('progressive training ends with the model of train', () => checkSettled(classifier, settings)),
    check('a partial model predicts', () => checkPartial(classifier, settings)),
    check('a partial forest is the beginning of the settled one', () => checkPrefix(classifier, settings)),
    check('progressive training waits for who uses the partial model', () => checkWaiting(classifier, settings)),
    check('a signal that fires at the partial model rejects training', () => checkLateAbort(classifier, settings)),
  ];
}

async function trainInParts(
  classifier: Classifier,
  { options, makePool }: ProgressiveSettings,
  { onPartial, signal }: { onPartial?: () => Promise<void> | void; signal?: AbortSignal } = {},
): Promise<{ partials: ClassifierModel[]; model: ClassifierModel }> {
  const defaults = Object.fromEntries(classifier.options.map((option) => [option.key, option.default]));
  const partials: ClassifierModel[] = [];
  const pool = await makePool?.();
  try {
    const context = { seed: 5, options: { ...defaults, ...options }, pool, signal };
    const model = await classifier.trainProgressively!(clusterSamples(), context, (partial) => {
      partials.push(partial);
      return onPartial?.();
    });
    return { partials, model };
  } finally {
    await pool?.close();
  }
}

async function checkSettled(classifier: Classifier, settings: ProgressiveSettings): Promise<void> {
  const { model } = await trainInParts(classifier, settings);
  const whole = await trainOn(classifier, clusterSamples(), { seed: 5, options: settings.options });
  expectSameModel(model.save(), whole.save(), 'The model trained progressively');
  const reports = [model.report, whole.report].map((report) => JSON.stringify({ ...report, seconds: 0 }));
  expectThat(reports[0] === reports[1], `The report is ${reports[0]}, that of train ${reports[1]}.`);
}

async function checkPartial(classifier: Classifier, settings: ProgressiveSettings): Promise<void> {
  const { partials, model } = await trainInParts(classifier, settings);
  expectThat(partials.length <= 1, `${partials.length} partial models came.`);
  for (const partial of partials) {
    const block = blockOfSamples(clusterSamples());
    const probabilities = predictBlock(partial, block);
    const voxels = clusterSamples().sampleCount;
    for (let i = 0; i < voxels; i++) {
      let sum = 0;
      for (let k = 0; k < model.classCount; k++) sum += probabilities[k * voxels + i]!;
      expectThat(Math.abs(sum - 1) <= 1e-5, `The partial probabilities of voxel ${i} sum to ${sum}.`);
    }
    const loaded = classifier.load(partial.save());
    expectSameValues(predictBlock(loaded, block), probabilities, 'Probabilities of the stored partial model');
  }
}

async function checkPrefix(classifier: Classifier, settings: ProgressiveSettings): Promise<void> {
  const { partials, model } = await trainInParts(classifier, settings);
  const whole = treesOf(model.save());
  for (const partial of partials) {
    treesOf(partial.save()).forEach((tree, i) => {
      expectSameValues(tree.topology, whole[i]!.topology, `Topology of partial tree ${i}`);
      expectSameValues(tree.parameters, whole[i]!.parameters, `Parameters of partial tree ${i}`);
    });
  }
}

/** Of other layouts nothing is known. */
function treesOf(stored: StoredModel) {
  return stored.layout === 'vigra-forests' ? stored.forests.flatMap((forest) => forest.trees) : [];
}

async function checkWaiting(classifier: Classifier, settings: ProgressiveSettings): Promise<void> {
  let isUsed = true;
  const onPartial = async () => {
    isUsed = false;
    await new Promise((resolve) => setTimeout(resolve, 20));
    isUsed = true;
  };
  await trainInParts(classifier, settings, { onPartial });
  expectThat(isUsed, 'Training ended before the user of the partial model was done.');
}

async function checkLateAbort(classifier: Classifier, settings: ProgressiveSettings): Promise<void> {
  const stop = new AbortController();
  let isPartial = false;
  const onPartial = () => {
    isPartial = true;
    stop.abort();
  };
  try {
    await trainInParts(classifier, settings, { onPartial, signal: stop.signal });
  } catch (error) {
    await expectError('aborted', () => Promise.reject(error), 'Training');
    return;
  }
  expectThat(!isPartial, 'Training went on to the end.');
}
