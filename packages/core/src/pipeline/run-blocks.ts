import type { BlockExecutor } from '../contracts/block-executor.ts';
import { defineTask, type Task, type TaskContext, type TaskHandler } from '../contracts/worker-pool.ts';
import { throwIfAborted } from '../errors.ts';
import { randomUuid } from '../random-uuid.ts';

/** A job and, the first time a worker sees it, what all jobs share. */
export interface SetupInput<Setup, Job> {
  readonly key: string;
  readonly setup?: Setup;
  readonly job: Job;
}
/** `isMissingSetup`: the worker has not seen this key yet; the job has to be sent again, with the setup. */
export type SetupOutput<Result> =
  | { readonly isMissingSetup: true }
  | { readonly isMissingSetup: false; readonly result: Result };

export type SetupTask<Setup, Job, Result> = Task<SetupInput<Setup, Job>, SetupOutput<Result>>;
export function defineSetupTask<Setup, Job, Result>(id: string): SetupTask<Setup, Job, Result> {
  return defineTask(id);
}

/** The worker's side: `open` makes a session from the setup once, `run` does one job in it. */
export function setupTaskHandler<Setup, Job, Result, Session extends object>(parts: {
  task: SetupTask<Setup, Job, Result>;
  open(setup: Setup, context: TaskContext): Promise<Session>;
  close(session: Session): Promise<void>;
  run(session: Session, job: Job, context: TaskContext): Promise<Result>;
  transfer(result: Result): ArrayBuffer[];
}): TaskHandler<SetupInput<Setup, Job>, SetupOutput<Result>> {
  const missing = Symbol('setup is missing');
  return {
    task: parts.task,
    async run({ key, setup, job }, context) {
      const open = () => (setup === undefined ? Promise.reject(missing) : parts.open(setup, context));
      let session: Session;
      try {
        session = await context.session(key, open, (value) => parts.close(value));
      } catch (error) {
        if (error === missing) return { isMissingSetup: true };
        throw error;
      }
      return { isMissingSetup: false, result: await parts.run(session, job, context) };
    },
    transfer: (output) => (output.isMissingSetup ? [] : parts.transfer(output.result)),
  };
}

/**
 * Runs jobs that share a setup. The setup goes along with the first jobs, one per worker; a job that meets a worker
 * without it is sent again with the setup, before any other.
 */
export async function runBlocks<Setup, Job, Result>(
  executor: BlockExecutor,
  options: {
    task: SetupTask<Setup, Job, Result>;
    setup: Setup;
    jobs: Iterable<Job>;
    onResult(result: Result, job: Job): Promise<void> | void;
    signal?: AbortSignal;
  },
): Promise<void> {
  const { task, setup, signal } = options;
  const key = randomUuid();
  const repeated: Job[] = [];
  const round = (jobs: Iterable<SetupInput<Setup, Job>>) =>
    executor.run({
      task,
      jobs,
      signal,
      onResult: (output, { job }) =>
        output.isMissingSetup ? void repeated.push(job) : options.onResult(output.result, job),
    });
  const jobs = function* () {
    let sent = 0;
    for (const job of options.jobs) {
      // At once: a worker that came late would answer everything that is left with "missing".
      yield* again();
      yield sent++ < executor.concurrency ? { key, setup, job } : { key, job };
    }
  };
  const again = function* () {
    throwIfAborted(signal);
    for (let job = repeated.shift(); job !== undefined; job = repeated.shift()) yield { key, setup, job };
  };
  await round(jobs());
  throwIfAborted(signal);
  if (repeated.length > 0) await round(again());
}
