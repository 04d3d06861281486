import type { Progress } from '../contracts/progress.ts';
import { defineTask, type WorkerPool } from '../contracts/worker-pool.ts';
import { BrushwoodError } from '../errors.ts';
import { expectError, expectThat, withExpectedFailures, within, type Check, type CheckKitOptions } from './check.ts';
import {
  crashTask,
  failTask,
  pauseTask,
  sessionTask,
  spinTask,
  squareTask,
  stepsTask,
  sumTask,
  trailTask,
} from './pool-check-tasks.ts';

export interface WorkerPoolSubject extends CheckKitOptions {
  /** A pool whose workers know the tasks of `poolCheckPlugin`; best of size 2 or more. Every check closes its own. */
  makePool(): WorkerPool | Promise<WorkerPool>;
  /** Can a worker die without taking the caller along? Not so for pools on the calling thread. */
  readonly supports: { readonly crash: boolean };
}

type Body = (pool: WorkerPool) => Promise<void>;

/** Checks of a `WorkerPool`. */
export function workerPoolChecks(subject: WorkerPoolSubject): Check[] {
  const check = (name: string, body: Body): Check => ({ name, run: () => withPool(subject, body) });
  const checks = [
    check('results belong to their inputs', checkResults),
    check('as many tasks run at once as the size says', checkSize),
    check('a transferred buffer arrives', checkTransfer),
    check('progress arrives', checkProgress),
    check('a session is opened once per worker', checkSessions),
    check('tasks of one affinity run on one worker', checkAffinity),
    check('a released worker takes another task', checkRelease),
    check('code and details of an error survive', checkErrorCode),
    check('the message of a foreign error survives', checkForeignError),
    check('a failed task leaves the pool usable', checkUsableAfterFailure),
    ...(subject.supports.crash ? [check('a crash fails one task and leaves the pool usable', checkCrash)] : []),
    ...(subject.supports.crash ? [check('a task that ignores its signal is ended', checkAbortDeaf)] : []),
    check('an unknown task is refused', checkUnknown),
    check('a signal that has fired rejects a task', checkFiredSignal),
    check('a running task is aborted at once', checkAbortRunning),
    check('a queued task is aborted at once', checkAbortQueued),
    check('an aborted task leaves the pool usable', checkUsableAfterAbort),
    check('closing settles what is still running', checkCloseRunning),
    check('a task after close is refused', checkClosed),
    check('closing twice is allowed', (pool) => pool.close().then(() => pool.close())),
  ];
  return withExpectedFailures(checks, subject);
}

async function withPool({ makePool }: WorkerPoolSubject, body: Body): Promise<void> {
  const pool = await makePool();
  try {
    await body(pool);
  } finally {
    // Whether closing twice is allowed is another check's question.
    await pool.close().catch(() => undefined);
  }
}

async function checkResults(pool: WorkerPool): Promise<void> {
  const values = Array.from({ length: 20 }, (_, i) => i + 10);
  // The earlier ones take longer, so that results come out of order.
  const found = await Promise.all(values.map((value, i) => pool.run(squareTask, { value, pauseMs: 20 - i })));
  values.forEach((value, i) => expectThat(found[i] === value * value, `The square of ${value} came as ${found[i]}.`));
}

async function checkSize(pool: WorkerPool): Promise<void> {
  expectThat(Number.isInteger(pool.size) && pool.size > 0, `The size is ${pool.size}.`);
  const run = (count: number, ms: number) =>
    Promise.all(Array.from({ length: count }, () => pool.run(pauseTask, { ms })));
  let most = 0;
  // A pool may start its workers one after another, when there is work for them.
  for (let attempt = 0; attempt < 5 && most < pool.size; attempt++) {
    const spans = await run(2 * pool.size, 100);
    const overlaps = spans.map(({ from }) => spans.filter((other) => other.from <= from && from < other.to).length);
    most = Math.max(...overlaps);
  }
  expectThat(most === pool.size, `The pool says it runs ${pool.size} tasks at once, but ${most} ran.`);
}

async function checkTransfer(pool: WorkerPool): Promise<void> {
  const values = Float64Array.from({ length: 1000 }, (_, i) => i);
  const sum = await pool.run(sumTask, values, { transfer: [values.buffer] });
  expectThat(sum === 499500, `The sum of 0…999 came as ${sum}.`);
}

async function checkProgress(pool: WorkerPool): Promise<void> {
  const seen: Progress[] = [];
  await pool.run(stepsTask, null, { onProgress: (progress) => seen.push(progress) });
  const last = seen.at(-1);
  expectThat(last?.done === 3 && last.total === 3, `Last of ${seen.length} reports: ${last?.done} of ${last?.total}.`);
}

async function checkSessions(pool: WorkerPool): Promise<void> {
  const ids: string[] = [];
  for (let i = 0; i < 3 * pool.size; i++) ids.push(await pool.run(sessionTask, { key: 'same' }));
  const opened = new Set(ids).size;
  expectThat(opened <= pool.size, `${ids.length} tasks with one session key opened it ${opened} times.`);
}

async function checkAffinity(pool: WorkerPool): Promise<void> {
  for (const affinity of [0, 1, pool.size + 1]) {
    const key = `affinity ${affinity}`;
    const ids = await Promise.all(
      Array.from({ length: 3 * pool.size }, () => pool.run(sessionTask, { key }, { affinity })),
    );
    const opened = new Set(ids).size;
    expectThat(opened === 1, `${ids.length} tasks of affinity ${affinity} met ${opened} workers.`);
  }
}

async function checkRelease(pool: WorkerPool): Promise<void> {
  await pool.run(squareTask, { value: 1 });
  let releases = 0;
  const options = { onRelease: () => void releases++ };
  const trails = Array.from({ length: pool.size }, () => pool.run(trailTask, { ms: 1200 }, options));
  const square = await within(
    pool.run(squareTask, { value: 3 }),
    'A task after all workers were released waited',
    1000,
  );
  expectThat(square === 9 && releases > 0, `The square of 3 came as ${square}, after ${releases} release(s).`);
  await Promise.all(trails);
}

async function checkErrorCode(pool: WorkerPool): Promise<void> {
  const error: unknown = await pool.run(failTask, { isPlain: false }).catch((thrown: unknown) => thrown);
  expectThat(error instanceof BrushwoodError, `Expected a BrushwoodError, found ${String(error)}.`);
  const { code, message, details } = error;
  const isWhole = code === 'lane-missing' && message.includes('no lane 7') && details['lane'] === 7;
  expectThat(
    isWhole,
    `Expected 'lane-missing' with lane 7, found '${code}' with ${JSON.stringify(details)}: ${message}`,
  );
}

async function checkForeignError(pool: WorkerPool): Promise<void> {
  const error: unknown = await pool.run(failTask, { isPlain: true }).catch((thrown: unknown) => thrown);
  expectThat(
    error instanceof Error && error.message.includes('no luck'),
    `Expected "no luck", found ${String(error)}.`,
  );
}

async function checkUsableAfterFailure(pool: WorkerPool): Promise<void> {
  for (let i = 0; i < 2 * pool.size; i++) await pool.run(failTask, { isPlain: false }).catch(() => undefined);
  await expectUsable(pool, 'failures');
}

async function expectUsable(pool: WorkerPool, what: string): Promise<void> {
  const tasks = Array.from({ length: 2 * pool.size }, () => pool.run(squareTask, { value: 3 }));
  const found = await within(Promise.all(tasks), `After ${what} tasks did not come back`, 10_000);
  expectThat(
    found.every((value) => value === 9),
    `After ${what} squares of 3 came as ${found.join(', ')}.`,
  );
}

async function checkCrash(pool: WorkerPool): Promise<void> {
  await expectError('worker-crashed', () => pool.run(crashTask, null), 'A task that ends its worker', 10_000);
  await expectUsable(pool, 'a crash');
}

async function checkUnknown(pool: WorkerPool): Promise<void> {
  const unknown = defineTask<null, null>('check/unknown');
  await expectError('not-registered', () => pool.run(unknown, null), 'A task that no worker knows');
}

async function checkFiredSignal(pool: WorkerPool): Promise<void> {
  const signal = AbortSignal.abort();
  await expectError('aborted', () => pool.run(squareTask, { value: 1 }, { signal }), 'A task with a fired signal');
}

/** Fires while the task runs, which takes longer than the check waits. */
async function checkAbortRunning(pool: WorkerPool): Promise<void> {
  await pool.run(squareTask, { value: 1 }); // until a worker has started
  const controller = new AbortController();
  const running = pool.run(pauseTask, { ms: 3000 }, { signal: controller.signal });
  setTimeout(() => controller.abort(), 50);
  await expectError('aborted', () => running, 'A running task', 1000);
}

/** The task never looks at its signal, nor lets its worker hear of it. */
async function checkAbortDeaf(pool: WorkerPool): Promise<void> {
  await pool.run(squareTask, { value: 1 });
  const controller = new AbortController();
  const deaf = pool.run(spinTask, { ms: 60_000 }, { signal: controller.signal });
  setTimeout(() => controller.abort(), 20);
  await expectError('aborted', () => deaf, 'A task that ignores its signal', 10_000);
  await expectUsable(pool, 'an abort');
}

async function checkAbortQueued(pool: WorkerPool): Promise<void> {
  await pool.run(squareTask, { value: 1 });
  const running = Array.from({ length: pool.size }, () => pool.run(pauseTask, { ms: 1200 }));
  const controller = new AbortController();
  const queued = pool.run(squareTask, { value: 2 }, { signal: controller.signal });
  setTimeout(() => controller.abort(), 20);
  await expectError('aborted', () => queued, 'A task that waits for a worker', 800);
  await Promise.all(running);
}

async function checkUsableAfterAbort(pool: WorkerPool): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const tasks = Array.from({ length: 2 * pool.size }, () => pool.run(pauseTask, { ms: 100 }, { signal }));
  setTimeout(() => controller.abort(), 20);
  await Promise.allSettled(tasks);
  await expectUsable(pool, 'an abort');
}

async function checkCloseRunning(pool: WorkerPool): Promise<void> {
  const running = pool.run(pauseTask, { ms: 300 }).catch(() => undefined);
  await within(pool.close(), 'close did not resolve');
  await within(running, 'A task that ran when the pool was closed was not settled', 2000);
}

async function checkClosed(pool: WorkerPool): Promise<void> {
  await pool.close();
  await expectError('closed', () => pool.run(squareTask, { value: 1 }), 'A task after close');
}
