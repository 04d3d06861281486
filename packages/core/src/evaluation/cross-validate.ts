import type { Classifier, OptionValues, Samples } from '../contracts/classifier.ts';
import type { RunOptions } from '../contracts/progress.ts';
import type { WorkerPool } from '../contracts/worker-pool.ts';
import { BrushwoodError, throwIfAborted } from '../errors.ts';
import { emptyConfusion, scoresOf, type ConfusionMatrix, type Scores } from '../pipeline/evaluate-segmentation.ts';
import { trainClassifier } from '../pipeline/train-classifier.ts';
import { assignFolds, notHeldOut, type FoldPlan } from './assign-folds.ts';
import { predictRows, type PredictedRows } from './predict-rows.ts';
import { takeRows } from './sample-subsets.ts';

export interface CrossValidateOptions extends RunOptions {
  readonly classifier: Classifier;
  /** Default: what the classifier declares. */
  readonly options?: OptionValues;
  readonly seed: number;
  /** How many parts the samples are divided into, 2–50; default 5. */
  readonly folds?: number;
  /** Per sample the number of its group, from `strokeGroups`: a group is held out as a whole. */
  readonly groups: ArrayLike<number>;
  readonly pool?: WorkerPool;
}

/** A figure over the folds that have it. */
export interface Spread {
  readonly mean: number;
  /** Standard deviation (of n − 1); 0 of a single value. */
  readonly deviation: number;
  /** NaN where a fold has nothing to divide by. */
  readonly values: readonly number[];
}

export interface CrossValidation {
  readonly folds: number;
  /** How often samples of class `i`, held out, were taken for `j`; sums of all folds. */
  readonly confusion: ConfusionMatrix;
  /** Of that matrix: accuracy, per class precision, recall, F1 and IoU. Classes that were never held out have NaN. */
  readonly scores: Scores;
  /** Share of the held-out samples that were recognised, fold by fold. */
  readonly accuracy: Spread;
  /** Mean of the classes' recalls: every class counts the same however much of it is painted. */
  readonly balancedAccuracy: Spread;
  readonly classes: readonly {
    readonly precision: Spread;
    readonly recall: Spread;
    readonly f1: Spread;
    readonly iou: Spread;
  }[];
  /** Groups (strokes) per class. */
  readonly groupCounts: readonly number[];
  /** Classes in one group only: parts of one stroke tested each other, so their figures are too good. */
  readonly singleGroupClasses: readonly number[];
  /** Classes that were never held out: a single sample, or none. */
  readonly untestedClasses: readonly number[];
  /** Per sample the class it was taken for while it was held out; 255 if it never was. */
  readonly predicted: Uint8Array;
  /** Per sample the probability of that class. */
  readonly confidences: Float32Array;
  readonly seconds: number;
}

/**
 * k-fold cross-validation: every group of samples is predicted once by a model that has not seen it. The same samples, seed and
 * options give the same figures, whatever the number of workers.
 * @throws 'invalid-parameter' for folds out of range or groups of another length; 'no-labels' where nothing can be held out, as of single
 * voxels; 'one-class'; what training
 * throws; 'aborted'
 */
export async function crossValidate(samples: Samples, options: CrossValidateOptions): Promise<CrossValidation> {
  const { seed, folds = 5, groups, signal, onProgress } = options;
  checkFolds(samples, groups, folds);
  const started = performance.now();
  const plan = assignFolds(samples, groups, { folds, seed });
  checkPlan(plan);
  const confusions: ConfusionMatrix[] = [];
  const rows: PredictedRows = {
    classes: new Uint8Array(samples.sampleCount).fill(notHeldOut),
    confidences: new Float32Array(samples.sampleCount),
  };
  for (let fold = 0; fold < folds; fold++) {
    throwIfAborted(signal);
    const tell = (share: number) =>
      onProgress?.({
        phase: 'Cross-validation',
        done: Math.round((100 * (fold + share)) / folds),
        total: 100,
        unit: '%',
      });
    tell(0);
    confusions.push(await validateFold(samples, { plan, fold, options, tell, into: rows }));
  }
  onProgress?.({ phase: 'Cross-validation', done: 100, total: 100, unit: '%' });
  const summary = summarize(plan, confusions);
  const seconds = (performance.now() - started) / 1e3;
  return { ...summary, predicted: rows.classes, confidences: rows.confidences, seconds };
}

async function validateFold(
  samples: Samples,
  job: { plan: FoldPlan; fold: number; options: CrossValidateOptions; tell(share: number): void; into: PredictedRows },
): Promise<ConfusionMatrix> {
  const { plan, fold, options, tell, into } = job;
  const { classifier, options: given, seed, pool, signal } = options;
  const rows = [...samples.classIndices.keys()];
  const held = rows.filter((row) => plan.foldOf[row] === fold);
  const confusion = emptyConfusion(samples.classCount);
  if (held.length === 0) return confusion;
  const learnt = takeRows(
    samples,
    rows.filter((row) => plan.foldOf[row] !== fold),
  );
  const model = await trainClassifier(classifier, learnt, {
    options: given,
    seed,
    pool,
    signal,
    onProgress: ({ done, total }) => tell(total > 0 ? done / total : 0),
  });
  const predicted = await predictRows(model, samples, held, signal);
  held.forEach((row, i) => {
    into.classes[row] = predicted.classes[i]!;
    into.confidences[row] = predicted.confidences[i]!;
    confusion[samples.classIndices[row]!]![predicted.classes[i]!]!++;
  });
  return confusion;
}

function summarize(
  plan: FoldPlan,
  confusions: readonly ConfusionMatrix[],
): Omit<CrossValidation, 'predicted' | 'confidences' | 'seconds'> {
  const classCount = plan.groupCounts.length;
  const classes = Array.from({ length: classCount }, (_, k) => k);
  const confusion = emptyConfusion(classCount);
  for (const own of confusions)
    own.forEach((row, i) => row.forEach((count, j) => (confusion[i]![j] = confusion[i]![j]! + count)));
  const perFold = confusions.filter((own) => own.some((row) => row.some((count) => count > 0))).map(testedScores);
  const spread = (of: (scores: Scores) => number) => spreadOf(perFold.map(of));
  const scores = testedScores(confusion);
  return {
    folds: plan.count,
    confusion,
    scores,
    accuracy: spread((own) => own.accuracy),
    balancedAccuracy: spread((own) => meanOf(own.classes.map(({ recall }) => recall))),
    classes: classes.map((k) => ({
      precision: spread((own) => own.classes[k]!.precision),
      recall: spread((own) => own.classes[k]!.recall),
      f1: spread((own) => own.classes[k]!.f1),
      iou: spread((own) => own.classes[k]!.iou),
    })),
    groupCounts: plan.groupCounts,
    singleGroupClasses: classes.filter((k) => plan.groupCounts[k] === 1 && scores.classes[k]!.support > 0),
    untestedClasses: classes.filter((k) => scores.classes[k]!.support === 0),
  };
}

/** What was never held out has no figures: that nothing of it was found says nothing. */
function testedScores(confusion: ConfusionMatrix): Scores {
  const scores = scoresOf(confusion);
  const none = { precision: NaN, recall: NaN, f1: NaN, iou: NaN, support: 0 };
  const classes = scores.classes.map((score) => (score.support === 0 ? none : score));
  return { ...scores, classes, meanIou: meanOf(classes.map(({ iou }) => iou)) };
}

function spreadOf(values: readonly number[]): Spread {
  const known = values.filter((value) => !Number.isNaN(value));
  const mean = meanOf(known);
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: known.length > 1 ? Math.sqrt(squares / (known.length - 1)) : 0, values };
}

/** Of those that are numbers. */
function meanOf(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

function checkPlan({ foldOf }: FoldPlan): void {
  if (foldOf.some((fold) => fold !== notHeldOut)) return;
  throw new BrushwoodError(
    'no-labels',
    'There is too little to learn from and to test: every class has a single labelled voxel. Paint more strokes of each class.',
    { samples: foldOf.length },
  );
}

function checkFolds(samples: Samples, groups: ArrayLike<number>, folds: number): void {
  if (!Number.isInteger(folds) || folds < 2 || folds > 50) {
    throw new BrushwoodError(
      'invalid-parameter',
      `Cross-validation takes 2 to 50 parts, got ${folds}. Five are usual.`,
    );
  }
  if (groups.length !== samples.sampleCount) {
    throw new BrushwoodError(
      'invalid-parameter',
      `Cross-validation needs a group for each of ${samples.sampleCount} samples, got ${groups.length}.`,
    );
  }
}
