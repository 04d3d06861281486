import { createPoolExecutor, defineTask, type WorkerPool } from '@brushwood/core';
import { blockExecutorChecks, expectError, workerPoolChecks } from '@brushwood/core/testing';
import { afterAll, describe, it } from 'vitest';
import { createNodeWorkerPool } from './node-worker-pool.ts';

/** Threads run compiled code, so the entry is the built one. */
const entry = new URL('../dist/testing/pool-worker.js', import.meta.url);

describe('a pool of worker threads', () => {
  const makePool = () => createNodeWorkerPool({ threads: 2, entry, graceMs: 500 });
  for (const check of workerPoolChecks({ makePool, supports: { crash: true } })) it(check.name, check.run);
});

describe('a pool whose threads cannot be started', () => {
  it.each([true, false])('fails its tasks and nothing else (eager: %s)', async (isEager) => {
    const pool = createNodeWorkerPool({ threads: 2, entry: new URL('./no-such-worker.js', import.meta.url), isEager });
    if (isEager) await new Promise((resolve) => setTimeout(resolve, 500)); // the threads have failed by then
    await expectError('worker-crashed', () => pool.run(defineTask<null, null>('any'), null), 'A task', 10_000);
    await expectError('worker-crashed', () => pool.run(defineTask<null, null>('any'), null), 'A second one', 10_000);
    await pool.close();
  });
});

describe('the pool executor over worker threads', () => {
  const pools: WorkerPool[] = [];
  afterAll(() => Promise.all(pools.map((pool) => pool.close())));
  const makeExecutor = () => {
    const pool = createNodeWorkerPool({ threads: 2, entry });
    pools.push(pool);
    return createPoolExecutor(pool);
  };
  for (const check of blockExecutorChecks({ makeExecutor })) it(check.name, check.run);
});
