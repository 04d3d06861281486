import { createPoolExecutor, type WorkerPool } from '@brushwood/core';
import { blockExecutorChecks, workerPoolChecks } from '@brushwood/core/testing';
import { afterAll, describe, it } from 'vitest';
import { createNodeWorkerPool } from './node-worker-pool.ts';

/** Threads run compiled code, so the entry is the built one. */
const entry = new URL('../dist/testing/pool-worker.js', import.meta.url);

describe('a pool of worker threads', () => {
  const makePool = () => createNodeWorkerPool({ threads: 2, entry });
  for (const check of workerPoolChecks({ makePool, supports: { crash: true } })) it(check.name, check.run);
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
