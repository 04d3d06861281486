import type { AnyTaskHandler, TaskContext, TaskHandler } from '../contracts/worker-pool.ts';
import type { Plugin } from '../contracts/plugin.ts';
import { defineTask } from '../contracts/worker-pool.ts';
import { abortError, BrushwoodError } from '../errors.ts';
import { randomUuid } from '../random-uuid.ts';

/** The square of a number, after a pause. */
export const squareTask = defineTask<{ readonly value: number; readonly pauseMs?: number }, number>('check/square');
/** Pauses unless aborted; tells when it ran, in milliseconds since 1970. */
export const pauseTask = defineTask<{ readonly ms: number }, { readonly from: number; readonly to: number }>(
  'check/pause',
);
/** Fails: with 'lane-missing' and the details `{ lane: 7 }`, or with a plain `Error('no luck')`. */
export const failTask = defineTask<{ readonly isPlain: boolean }, never>('check/fail');
/** Ends the worker it runs in. */
export const crashTask = defineTask<null, never>('check/crash');
/** Computes for so long without letting its worker do anything else. */
export const spinTask = defineTask<{ readonly ms: number }, null>('check/spin');
/** Reports 1, 2, 3 of 3 steps. */
export const stepsTask = defineTask<null, null>('check/steps');
/** Releases its worker, then waits. */
export const trailTask = defineTask<{ readonly ms: number }, null>('check/trail');
/** Opens a session under the key and gives its random id. */
export const sessionTask = defineTask<{ readonly key: string }, string>('check/session');
/** The sum of the values. */
export const sumTask = defineTask<Float64Array, number>('check/sum');

/** What `workerPoolChecks` and `blockExecutorChecks` run. A worker entry for tests lists it among its plugins. */
export const poolCheckPlugin = {
  name: '@brushwood/core/testing',
  tasks: [
    handle({
      task: squareTask,
      run: async ({ value, pauseMs = 0 }, { signal }) => {
        await pause(pauseMs, signal);
        return value * value;
      },
    }),
    handle({
      task: pauseTask,
      run: async ({ ms }, { signal }) => {
        const from = Date.now();
        await pause(ms, signal);
        return { from, to: Date.now() };
      },
    }),
    handle({ task: failTask, run: ({ isPlain }) => fail(isPlain) }),
    handle({ task: crashTask, run: crash }),
    handle({ task: spinTask, run: ({ ms }) => spin(ms) }),
    handle({
      task: trailTask,
      run: async ({ ms }, { signal, release }) => {
        release();
        await pause(ms, signal);
        return null;
      },
    }),
    handle({ task: stepsTask, run: (_, context) => reportSteps(context) }),
    handle({
      task: sessionTask,
      run: async ({ key }, context) => (await context.session(key, async () => ({ id: randomUuid() }))).id,
    }),
    handle({ task: sumTask, run: (values) => values.reduce((sum, value) => sum + value, 0) }),
  ],
} satisfies Plugin;

function handle<Input, Output>(handler: TaskHandler<Input, Output>): AnyTaskHandler {
  return handler;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(abortError(signal));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

function fail(isPlain: boolean): never {
  if (isPlain) throw new Error('no luck');
  throw new BrushwoodError('lane-missing', 'There is no lane 7.', { lane: 7 });
}

/** Ends the worker without a word: Node's threads end by `process.exit`, web workers by an error that nobody catches. */
function crash(): Promise<never> {
  const { process } = globalThis as { process?: { exit?: (code: number) => void } };
  if (process?.exit) process.exit(1);
  setTimeout(() => {
    throw new Error('A task crashes its worker.');
  });
  return new Promise(() => undefined);
}

function spin(ms: number): null {
  const end = Date.now() + ms;
  while (Date.now() < end);
  return null;
}

async function reportSteps({ reportProgress }: TaskContext): Promise<null> {
  for (const step of [1, 2, 3]) {
    reportProgress(step, 3);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return null;
}
