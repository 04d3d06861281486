import { describe, it } from 'vitest';
import type { PoolRunOptions, Task, WorkerPool } from '../contracts/worker-pool.ts';
import { createContainer } from '../container.ts';
import { BrushwoodError } from '../errors.ts';
import { createInlinePool } from '../workers/inline-pool.ts';
import { kitChecks } from './kit-checks.ts';
import { poolCheckPlugin } from './pool-check-tasks.ts';
import { workerPoolChecks, type WorkerPoolSubject } from './worker-pool-checks.ts';

const { catalog } = createContainer([poolCheckPlugin]);

/** What a fault may look at and change. */
interface Call {
  readonly id: string;
  readonly input: { readonly value?: number; readonly ms?: number } | null;
  readonly options: PoolRunOptions;
}
type Next = (options?: PoolRunOptions) => Promise<unknown>;
type Fault = (call: Call, next: Next, pool: WorkerPool) => Promise<unknown>;

/** An inline pool whose workers seem to crash in the crash task, and to be ended when they don't hear a signal. */
function crashing(pool: WorkerPool): WorkerPool {
  return {
    ...pool,
    run: (task, input, options) => {
      if (task.id === 'check/crash') {
        return Promise.reject(new BrushwoodError('worker-crashed', 'A worker ended in the middle of a task.'));
      }
      return task.id === 'check/spin' ? untilAborted(options?.signal) : pool.run(task, input, options);
    },
  };
}

function untilAborted(signal?: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(new BrushwoodError('aborted', 'Stopped.')));
  });
}

function subject(
  makeFault: () => Fault = () => (_, next) => next(),
  more: Partial<WorkerPool> = {},
): WorkerPoolSubject {
  return {
    supports: { crash: true },
    makePool: () => {
      const fault = makeFault();
      const pool = crashing(createInlinePool(catalog, { size: 2 }));
      return {
        ...pool,
        run: <Input, Output>(task: Task<Input, Output>, input: Input, options: PoolRunOptions = {}) =>
          fault(
            { id: task.id, input: input as Call['input'], options },
            (changed = options) => pool.run(task, input, changed),
            pool,
          ) as Promise<Output>,
        ...more,
      };
    },
  };
}

const stateless = (fault: Fault) => subject(() => fault);
const withoutSignal = (isMeant: (call: Call) => boolean) =>
  stateless((call, next) => next(isMeant(call) ? { ...call.options, signal: undefined } : call.options));
const isFired = ({ options }: Call) => options.signal?.aborted === true;

/** Runs one task at a time, though the size says two. */
const narrow: WorkerPoolSubject = {
  supports: { crash: true },
  makePool: () => ({ ...crashing(createInlinePool(catalog, { size: 1 })), size: 2 }),
};

/** Rejects everything once a task has failed in the way `isMeant` names. */
const brokenAfter = (isMeant: (error: BrushwoodError) => boolean, isReachable = (_: Call) => true) =>
  subject(() => {
    let isBroken = false;
    return async (call, next) => {
      if (isBroken) throw new Error('the pool is broken');
      return next().catch((error: BrushwoodError) => {
        isBroken = isMeant(error) && isReachable(call);
        throw error;
      });
    };
  });

function closingTwice(): WorkerPoolSubject {
  return {
    supports: { crash: true },
    makePool: () => {
      const pool = crashing(createInlinePool(catalog, { size: 2 }));
      let isClosed = false;
      const close = async () => {
        if (isClosed) throw new Error('closed already');
        isClosed = true;
        await pool.close();
      };
      return { ...pool, close };
    },
  };
}

/** Never settles what runs when it is closed. */
function forgetting(): WorkerPoolSubject {
  return {
    supports: { crash: true },
    makePool: () => {
      const pool = crashing(createInlinePool(catalog, { size: 2 }));
      let isClosed = false;
      return {
        ...pool,
        run: async (task, input, options) => {
          const wasOpen = !isClosed;
          try {
            return await pool.run(task, input, options);
          } finally {
            if (wasOpen && isClosed) await new Promise<never>(() => undefined);
          }
        },
        close: async () => {
          isClosed = true;
          await pool.close();
        },
      };
    },
  };
}

describe('workerPoolChecks', () => {
  const checks = kitChecks<WorkerPoolSubject>({
    kit: workerPoolChecks,
    correct: subject(),
    broken: {
      'results belong to their inputs': stateless(async ({ id, input }, next) => {
        const output = await next();
        return id === 'check/square' && (input?.value ?? 0) > 9 ? 0 : output;
      }),
      'as many tasks run at once as the size says': narrow,
      'a transferred buffer arrives': stateless(
        async ({ options }, next) => (await next(), options.transfer ? 0 : next()),
      ),
      'progress arrives': stateless(({ options }, next) => next({ ...options, onProgress: undefined })),
      'a session is opened once per worker': stateless(({ id, options }, next) =>
        id === 'check/session' && options.affinity === undefined ? Promise.resolve(crypto.randomUUID()) : next(),
      ),
      'a released worker takes another task': stateless((call, next) =>
        next({ ...call.options, onRelease: undefined }),
      ),
      'code and details of an error survive': stateless((_, next) =>
        next().catch((error: BrushwoodError) => {
          throw error.code === 'lane-missing' ? new BrushwoodError(error.code, error.message) : error;
        }),
      ),
      'the message of a foreign error survives': stateless((_, next) =>
        next().catch((error: Error) => {
          throw error.message === 'no luck' ? new Error('task failed') : error;
        }),
      ),
      'a failed task leaves the pool usable': brokenAfter((error) => error.code === 'lane-missing'),
      'a crash fails one task and leaves the pool usable': brokenAfter((error) => error.code === 'worker-crashed'),
      'a task that ignores its signal is ended': stateless((call, next) =>
        call.id === 'check/spin' ? Promise.resolve(null) : next(),
      ),
      'tasks of one affinity run on one worker': stateless((call, next) =>
        next({ ...call.options, affinity: undefined }),
      ),
      'an unknown task is refused': stateless(({ id }, next) =>
        id === 'check/unknown' ? Promise.resolve(null) : next(),
      ),
      'a signal that has fired rejects a task': withoutSignal(isFired),
      'a running task is aborted at once': withoutSignal(({ input }) => input?.ms === 3000),
      'a queued task is aborted at once': withoutSignal((call) => call.input?.value === 2 && !isFired(call)),
      'an aborted task leaves the pool usable': brokenAfter(
        (error) => error.code === 'aborted',
        ({ input }) => input?.ms === 100,
      ),
      'closing settles what is still running': forgetting(),
      'a task after close is refused': stateless((_, next) =>
        next().catch((error: BrushwoodError) => {
          if (error.code !== 'closed') throw error;
        }),
      ),
      'closing twice is allowed': closingTwice(),
    },
  });
  for (const check of checks) it.concurrent(check.name, check.run);
});
