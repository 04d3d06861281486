import type { BlockExecutor } from '../contracts/block-executor.ts';
import type { WorkerPool } from '../contracts/worker-pool.ts';
import { createContainer } from '../container.ts';
import { createInlinePool } from '../workers/inline-pool.ts';
import {
  CheckFailure,
  expectError,
  expectThat,
  withExpectedFailures,
  within,
  type Check,
  type CheckKitOptions,
} from './check.ts';
import { failTask, pauseTask, poolCheckPlugin, squareTask } from './pool-check-tasks.ts';

export interface BlockExecutorSubject extends CheckKitOptions {
  /** An executor of all jobs. `pool` knows the tasks of `poolCheckPlugin`, has size 3, and may be left unused. */
  makeExecutor(pool: WorkerPool): BlockExecutor | Promise<BlockExecutor>;
}

type Body = (executor: BlockExecutor) => Promise<void>;

/** Jobs an executor may hold beyond those in work: some that wait for a worker, some whose result waits. */
const slack = 3;

/** Checks of a `BlockExecutor`. */
export function blockExecutorChecks(subject: BlockExecutorSubject): Check[] {
  const check = (name: string, body: Body): Check => ({ name, run: () => withExecutor(subject, body) });
  const checks = [
    check('every job is run once and its result comes with its input', checkResults),
    check('as many jobs are in work at once as concurrency says', checkConcurrency),
    check('results are handed over one at a time', checkOneAtATime),
    check('jobs are drawn as they can be worked on', checkLaziness),
    check('work pauses while results wait', checkBackpressure),
    check('a run without jobs resolves', checkEmpty),
    check('a failing job rejects the run and stops the rest', checkFailingJob),
    check('a failing onResult rejects the run and stops the rest', checkFailingResult),
    check('a signal that has fired rejects before a job is drawn', checkFiredSignal),
    check('a signal that fires during a run rejects it and stops the rest', checkAbort),
    check('an executor is usable after a failed run', checkUsable),
  ];
  return withExpectedFailures(checks, subject);
}

async function withExecutor({ makeExecutor }: BlockExecutorSubject, body: Body): Promise<void> {
  const pool = createInlinePool(createContainer([poolCheckPlugin]).catalog, { size: 3 });
  try {
    await within(body(await makeExecutor(pool)), 'The run did not come to an end', 10_000);
  } finally {
    await pool.close();
  }
}

/** Squares to compute, counted as they are drawn. */
class CountedJobs implements Iterable<{ readonly value: number; readonly pauseMs?: number }> {
  drawn = 0;
  private readonly count: number;

  constructor(count: number) {
    this.count = count;
  }

  *[Symbol.iterator]() {
    for (let value = 0; value < this.count; value++) {
      this.drawn++;
      yield { value, pauseMs: 1 };
    }
  }
}

async function checkResults(executor: BlockExecutor): Promise<void> {
  const found = new Map<number, number>();
  const jobs = Array.from({ length: 30 }, (_, value) => ({ value, pauseMs: (value * 7) % 5 }));
  let calls = 0;
  await executor.run({
    task: squareTask,
    jobs,
    onResult: (output, { value }) => {
      calls++;
      found.set(value, output);
    },
  });
  expectThat(calls === 30 && found.size === 30, `30 jobs gave ${calls} results of ${found.size} different inputs.`);
  for (const [value, square] of found)
    expectThat(square === value * value, `With input ${value} came the result ${square}.`);
}

async function checkConcurrency(executor: BlockExecutor): Promise<void> {
  const { concurrency } = executor;
  expectThat(Number.isInteger(concurrency) && concurrency > 0, `concurrency is ${concurrency}.`);
  // Threads may take a while to start, and one alone may do all the work until then: so with longer pauses, too.
  let most = 0;
  for (const ms of [60, 200, 600]) {
    most = await mostAtOnce(executor, ms);
    if (most >= concurrency) break;
  }
  expectThat(most === concurrency, `concurrency is ${concurrency}, but ${most} jobs ran at once.`);
}

async function mostAtOnce(executor: BlockExecutor, ms: number): Promise<number> {
  const spans: { from: number; to: number }[] = [];
  const jobs = Array.from({ length: 2 * executor.concurrency }, () => ({ ms }));
  await executor.run({ task: pauseTask, jobs, onResult: (span) => void spans.push(span) });
  return Math.max(...spans.map(({ from }) => spans.filter((other) => other.from <= from && from < other.to).length));
}

async function checkOneAtATime(executor: BlockExecutor): Promise<void> {
  let [now, most] = [0, 0];
  await executor.run({
    task: squareTask,
    jobs: new CountedJobs(10),
    onResult: async () => {
      most = Math.max(most, ++now);
      await sleep(3);
      now--;
    },
  });
  expectThat(most === 1, `${most} results were handed over at once.`);
}

async function checkLaziness(executor: BlockExecutor): Promise<void> {
  const jobs = new CountedJobs(1000);
  let [done, most] = [0, 0];
  await executor.run({
    task: squareTask,
    jobs: take(jobs, 100),
    onResult: () => void (most = Math.max(most, jobs.drawn - done++)),
  });
  expectThat(most <= executor.concurrency + slack, `${most} jobs were drawn ahead of their results.`);
}

function* take<T>(items: Iterable<T>, count: number): Generator<T> {
  let i = 0;
  for (const item of items) {
    yield item;
    if (++i === count) return;
  }
}

/** Every result waits until a tenth of a second is over. */
async function checkBackpressure(executor: BlockExecutor): Promise<void> {
  const jobs = new CountedJobs(100);
  const over = sleep(100);
  let drawnMeanwhile = 0;
  await executor.run({
    task: squareTask,
    jobs,
    onResult: async () => {
      await over;
      drawnMeanwhile ||= jobs.drawn;
    },
  });
  const limit = 2 * executor.concurrency + slack;
  expectThat(drawnMeanwhile <= limit, `While no result could be handed over, ${drawnMeanwhile} jobs were drawn.`);
}

async function checkEmpty(executor: BlockExecutor): Promise<void> {
  const onResult = () => {
    throw new CheckFailure('A run without jobs gave a result.');
  };
  await within(executor.run({ task: squareTask, jobs: [], onResult }), 'A run without jobs did not resolve');
}

async function checkFailingJob(executor: BlockExecutor): Promise<void> {
  let drawn = 0;
  function* jobs() {
    for (; drawn < 1000; drawn++) yield { isPlain: false };
  }
  const run = () => executor.run({ task: failTask, jobs: jobs(), onResult: () => undefined });
  await expectError('lane-missing', run, 'A run whose jobs fail');
  await expectStopped(() => drawn, executor);
}

async function checkFailingResult(executor: BlockExecutor): Promise<void> {
  const jobs = new CountedJobs(1000);
  let results = 0;
  const onResult = () => {
    if (++results === 3) throw new CheckFailure('the disk is full');
  };
  const error: unknown = await executor.run({ task: squareTask, jobs, onResult }).catch((thrown: unknown) => thrown);
  const isOwn = error instanceof CheckFailure && error.message === 'the disk is full';
  expectThat(isOwn, `Expected the error of onResult, found ${String(error)}.`);
  await expectStopped(() => jobs.drawn, executor);
}

/** Nothing is drawn any more, and not much was drawn before. */
async function expectStopped(count: () => number, { concurrency }: BlockExecutor): Promise<void> {
  const before = count();
  expectThat(before <= 3 * concurrency + slack + 3, `${before} jobs were drawn before the run stopped.`);
  await sleep(30);
  expectThat(count() <= before + concurrency, `After the run had failed ${count() - before} more jobs were drawn.`);
}

async function checkFiredSignal(executor: BlockExecutor): Promise<void> {
  const jobs = new CountedJobs(10);
  const signal = AbortSignal.abort();
  const run = () => executor.run({ task: squareTask, jobs, onResult: () => undefined, signal });
  await expectError('aborted', run, 'A run with a fired signal');
  expectThat(jobs.drawn === 0, `With a fired signal ${jobs.drawn} jobs were drawn.`);
}

async function checkAbort(executor: BlockExecutor): Promise<void> {
  const jobs = new CountedJobs(1000);
  const controller = new AbortController();
  let results = 0;
  const onResult = () => {
    if (++results === 3) controller.abort();
  };
  const run = () => executor.run({ task: squareTask, jobs, onResult, signal: controller.signal });
  await expectError('aborted', run, 'A run whose signal fires');
  await expectStopped(() => jobs.drawn, executor);
}

async function checkUsable(executor: BlockExecutor): Promise<void> {
  const onResult = () => undefined;
  await executor.run({ task: failTask, jobs: [{ isPlain: true }], onResult }).catch(() => undefined);
  let results = 0;
  await executor.run({ task: squareTask, jobs: new CountedJobs(5), onResult: () => void results++ });
  expectThat(results === 5, `After a failed run 5 jobs gave ${results} results.`);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
