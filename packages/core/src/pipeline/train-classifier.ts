import type { Classifier, ClassifierModel, ClassifierOption, OptionValues, Samples } from '../contracts/classifier.ts';
import type { RunOptions } from '../contracts/progress.ts';
import type { WorkerPool } from '../contracts/worker-pool.ts';
import { BrushwoodError, throwIfAborted } from '../errors.ts';
import type { BlockSamples } from './collect-samples.ts';
import { trainModelTask } from './train-model.task.ts';

/**
 * Joins the rows of all blocks, in order.
 * @param allocate gives the memory of the matrix, zeroed
 * @throws 'no-labels' if there is no row, 'shape-mismatch' if blocks differ in their number of features
 */
export function joinSamples(
  parts: readonly BlockSamples[],
  classCount: number,
  allocate = (length: number): Float32Array => new Float32Array(length),
): Samples {
  const sampleCount = parts.reduce((sum, part) => sum + part.classIndices.length, 0);
  const featureCount = parts[0]?.featureCount ?? 0;
  if (sampleCount === 0) throw noLabelsError();
  const odd = parts.find((part) => part.featureCount !== featureCount);
  if (odd) {
    throw new BrushwoodError(
      'shape-mismatch',
      `The labelled images give ${featureCount} and ${odd.featureCount} features: they differ in channels, or in being flat or a ` +
        'volume. Has a file been replaced? Use images of one kind (see brushwood lanes PROJECT).',
      { expected: featureCount, got: odd.featureCount },
    );
  }
  const featureMatrix = allocate(sampleCount * featureCount);
  const classIndices = new Uint8Array(sampleCount);
  let row = 0;
  for (const part of parts) {
    featureMatrix.set(part.featureMatrix, row * featureCount);
    classIndices.set(part.classIndices, row);
    row += part.classIndices.length;
  }
  return { featureMatrix, classIndices, sampleCount, featureCount, classCount };
}

export function noLabelsError(): BrushwoodError {
  return new BrushwoodError(
    'no-labels',
    'No voxel is labelled, so there is nothing to learn from. Paint at least two classes, or import labels: brushwood label PROJECT --labels MASK.',
  );
}

/**
 * Trains with checked options: where a pool is given and the classifier does not divide its work over it, in one of its workers.
 * @throws as `Classifier.train`
 */
export async function trainClassifier(
  classifier: Classifier,
  samples: Samples,
  context: RunOptions & { options?: OptionValues; seed: number; pool?: WorkerPool },
): Promise<ClassifierModel> {
  const options = completeOptions(classifier, context.options ?? {});
  const { pool, seed, signal, onProgress } = context;
  if (!pool || classifier.isParallel) {
    return classifier.train(samples, { ...context, options });
  }
  throwIfAborted(signal);
  const input = { classifierId: classifier.id, samples, options, seed };
  const { stored, report } = await pool.run(trainModelTask, input, { signal, onProgress });
  let loaded: ClassifierModel | undefined;
  return {
    featureCount: stored.featureCount,
    classCount: stored.classCount,
    ...(report ? { report } : {}),
    predict: (features, out) => (loaded ??= classifier.load(stored)).predict(features, out),
    save: () => stored,
  };
}

/**
 * The declared defaults, overridden by what the user gave.
 * @param kind of what declares them, for messages
 * @throws 'invalid-parameter' for an unknown key or a value outside the declared range
 */
export function completeOptions(
  { id, options }: Pick<Classifier, 'id' | 'options'>,
  given: OptionValues,
  kind = 'Classifier',
): OptionValues {
  const who = { kind, id };
  const complete: Record<string, number | boolean | string> = {};
  for (const option of options) complete[option.key] = given[option.key] ?? option.default;
  for (const key of Object.keys(given)) {
    if (!options.some((option) => option.key === key)) {
      throw invalidOption(
        who,
        `has no option "${key}"; it has ${options.map((option) => option.key).join(', ') || 'none'}`,
      );
    }
  }
  for (const option of options) checkOption(who, option, complete[option.key]);
  return complete;
}

function checkOption(who: OptionOwner, option: ClassifierOption, value: unknown): void {
  if (option.kind === 'boolean') {
    if (typeof value !== 'boolean')
      throw invalidOption(who, `needs true or false for "${option.key}", got ${String(value)}`);
  } else if (option.kind === 'choice') {
    if (!option.choices.some((choice) => choice === value)) {
      throw invalidOption(who, `needs one of ${option.choices.join(', ')} for "${option.key}", got ${String(value)}`);
    }
  } else {
    const isNumber = typeof value === 'number' && value >= option.min && value <= option.max;
    if (!isNumber || (option.kind === 'integer' && !Number.isInteger(value))) {
      const kind = option.kind === 'integer' ? 'a whole number' : 'a number';
      throw invalidOption(
        who,
        `needs ${kind} from ${option.min} to ${option.max} for "${option.key}", got ${String(value)}`,
      );
    }
  }
}

/** What declares options. */
interface OptionOwner {
  readonly kind: string;
  readonly id: string;
}

function invalidOption({ kind, id }: OptionOwner, what: string): BrushwoodError {
  return new BrushwoodError('invalid-parameter', `${kind} "${id}" ${what}.`, { [kind.toLowerCase()]: id });
}
