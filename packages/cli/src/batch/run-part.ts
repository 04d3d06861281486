import { BrushwoodError, type RunPart } from '@brushwood/core';
import { InvalidArgumentError } from 'commander';

/** Says how many parts there are where a scheduler does not, and that array tasks are numbered from 0. */
export const countVariable = 'BRUSHWOOD_SHARD_COUNT';

/** `--shard 3/8`: the third of eight parts. */
export function runPart(text: string): RunPart {
  const match = /^(\d+)\/(\d+)$/.exec(text.trim());
  const [number, count] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || number < 1 || number > count) {
    throw new InvalidArgumentError(`Say which of how many parts, from 1/N to N/N, like 3/8; got "${text}".`);
  }
  return { index: number - 1, count };
}

/** How people name a part. */
export function partName({ index, count }: RunPart): string {
  return `${index + 1}/${count}`;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The part that a scheduler's variables ask for: a SLURM array, a Kubernetes indexed Job, an AWS Batch array. Undefined without them, and
 * for an array of one task that is number 0; of another number it is a task that is repeated, which must not take the whole.
 * @throws 'invalid-parameter' if they do not say which of how many
 */
export function partOfEnvironment(environment: Environment): RunPart | undefined {
  const found = slurmPart(environment) ?? kubernetesPart(environment) ?? awsPart(environment);
  if (!found) return undefined;
  const { index, count, from } = found;
  const isWhole = Number.isInteger(index) && Number.isInteger(count) && index >= 0 && index < count;
  if (isWhole) return count === 1 ? undefined : { index, count };
  throw new BrushwoodError(
    'invalid-parameter',
    `${from} does not say which of how many parts to do. Number the tasks from 0 without gaps and set ${countVariable} to their number, ` +
      'or say it: --shard I/N, from 1/N to N/N (1/1 does all).',
  );
}

interface FoundPart {
  readonly index: number;
  readonly count: number;
  /** The variables, for messages. */
  readonly from: string;
}

function slurmPart(environment: Environment): FoundPart | undefined {
  const id = numberIn(environment, 'SLURM_ARRAY_TASK_ID');
  if (id === undefined) return undefined;
  const own = numberIn(environment, countVariable);
  const from = `SLURM_ARRAY_TASK_ID=${id}`;
  if (own !== undefined) return { index: id, count: own, from: `${from} with ${countVariable}=${own}` };
  const count = numberIn(environment, 'SLURM_ARRAY_TASK_COUNT') ?? Number.NaN;
  const first = numberIn(environment, 'SLURM_ARRAY_TASK_MIN') ?? 0;
  const step = numberIn(environment, 'SLURM_ARRAY_TASK_STEP') || 1;
  // One task of a larger array that is repeated looks like this: it must not take the whole for its part.
  const isRepeated = count === 1 && id > 0;
  return { index: isRepeated ? Number.NaN : (id - first) / step, count, from: `${from} of ${count} task(s)` };
}

function kubernetesPart(environment: Environment): FoundPart | undefined {
  const index = numberIn(environment, 'JOB_COMPLETION_INDEX');
  if (index === undefined) return undefined;
  const count = numberIn(environment, countVariable) ?? Number.NaN;
  return { index, count, from: `JOB_COMPLETION_INDEX=${index}` };
}

function awsPart(environment: Environment): FoundPart | undefined {
  const index = numberIn(environment, 'AWS_BATCH_JOB_ARRAY_INDEX');
  if (index === undefined) return undefined;
  const count = numberIn(environment, countVariable) ?? numberIn(environment, 'AWS_BATCH_JOB_ARRAY_SIZE') ?? Number.NaN;
  return { index, count, from: `AWS_BATCH_JOB_ARRAY_INDEX=${index}` };
}

function numberIn(environment: Environment, name: string): number | undefined {
  const text = environment[name];
  return text === undefined || text.trim() === '' ? undefined : Number(text);
}
