import { describe, it } from 'vitest';
import type { BlockExecutor, BlockRun } from '../contracts/block-executor.ts';
import { abortError, type BrushwoodError } from '../errors.ts';
import { createPoolExecutor } from '../workers/pool-executor.ts';
import { blockExecutorChecks, type BlockExecutorSubject } from './block-executor-checks.ts';
import { kitChecks } from './kit-checks.ts';

/** A run whose types do not matter to a fault. */
type AnyRun = BlockRun<unknown, unknown>;

function broken(fault: (run: AnyRun, executor: BlockExecutor) => Promise<void>): BlockExecutorSubject {
  return {
    makeExecutor: (pool) => {
      const executor = createPoolExecutor(pool);
      const run = <Input, Output>(given: BlockRun<Input, Output>) => fault(given as unknown as AnyRun, executor);
      return { concurrency: executor.concurrency, run };
    },
  };
}

const isList = ({ jobs }: AnyRun) => Array.isArray(jobs);

/** Lanes over a pool that hand their results over as `hand` says. */
function lanes(
  hand: (give: () => Promise<void>, chain: { tail: Promise<void> }) => Promise<void> | void,
): BlockExecutorSubject {
  return {
    makeExecutor: (pool) => ({
      concurrency: pool.size,
      run: async ({ task, jobs, onResult, signal }) => {
        if (signal?.aborted) throw abortError(signal);
        const iterator = jobs[Symbol.iterator]();
        const chain = { tail: Promise.resolve() };
        let failure: unknown;
        const lane = async () => {
          for (let next = iterator.next(); !next.done && !failure; next = iterator.next()) {
            const { value } = next;
            const output = await pool.run(task, value, { signal });
            await hand(async () => onResult(output, value), chain);
            chain.tail.catch((error: unknown) => (failure = error));
          }
        };
        await Promise.all(Array.from({ length: pool.size }, lane)).catch((error: unknown) => {
          failure = error;
          throw error;
        });
        await chain.tail;
      },
    }),
  };
}

function* prefetch<T>(jobs: Iterable<T>, count: number): Generator<T> {
  const iterator = jobs[Symbol.iterator]();
  const kept: T[] = [];
  for (;;) {
    while (kept.length < count) {
      const next = iterator.next();
      if (next.done) break;
      kept.push(next.value);
    }
    if (kept.length === 0) return;
    yield kept.shift()!;
  }
}

function unusableAfterFailure(): BlockExecutorSubject {
  return {
    makeExecutor: (pool) => {
      const executor = createPoolExecutor(pool);
      let failure: unknown;
      return {
        concurrency: executor.concurrency,
        run: async (run) => {
          if (failure) throw failure;
          await executor.run(run).catch((error: unknown) => {
            throw (failure = error);
          });
        },
      };
    },
  };
}

describe('blockExecutorChecks', () => {
  const checks = kitChecks<BlockExecutorSubject>({
    kit: blockExecutorChecks,
    correct: { makeExecutor: createPoolExecutor },
    broken: {
      'every job is run once and its result comes with its input': broken((run, executor) =>
        executor.run(isList(run) ? { ...run, jobs: [...run.jobs].slice(1) } : run),
      ),
      'as many jobs are in work at once as concurrency says': {
        makeExecutor: (pool) => ({ ...createPoolExecutor(pool), concurrency: 2 }),
      },
      'results are handed over one at a time': lanes((give) => give()),
      'jobs are drawn as they can be worked on': broken((run, executor) =>
        executor.run('next' in run.jobs ? { ...run, jobs: prefetch(run.jobs, 12) } : run),
      ),
      'work pauses while results wait': lanes((give, chain) => void (chain.tail = chain.tail.then(give))),
      'a run without jobs resolves': broken(async (run, executor) => {
        if (isList(run) && [...run.jobs].length === 0) throw new Error('nothing to do');
        await executor.run(run);
      }),
      'a failing job rejects the run and stops the rest': broken((run, executor) =>
        executor.run(run).catch((error: BrushwoodError) => {
          throw error.code === 'lane-missing' ? new Error('failed') : error;
        }),
      ),
      'a failing onResult rejects the run and stops the rest': broken((run, executor) =>
        executor.run({
          ...run,
          onResult: async (output, input) => {
            try {
              await run.onResult(output, input);
            } catch {
              // the fault
            }
          },
        }),
      ),
      'a signal that has fired rejects before a job is drawn': broken((run, executor) => {
        if (run.signal?.aborted) run.jobs[Symbol.iterator]().next();
        return executor.run(run);
      }),
      'a signal that fires during a run rejects it and stops the rest': broken((run, executor) =>
        executor.run(run.signal?.aborted ? run : { ...run, signal: undefined }),
      ),
      'an executor is usable after a failed run': unusableAfterFailure(),
    },
  });
  for (const check of checks) it.concurrent(check.name, check.run);
});
