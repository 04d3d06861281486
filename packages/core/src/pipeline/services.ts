import type { BlockExecutor } from '../contracts/block-executor.ts';
import type { Catalog } from '../contracts/plugin.ts';
import type { WorkerPool } from '../contracts/worker-pool.ts';
import { blockExecutorToken, workerPoolToken, type Container } from '../container.ts';
import { createPoolExecutor } from '../workers/pool-executor.ts';
import { createInlinePool } from '../workers/inline-pool.ts';

/** What the pipeline runs on. */
export interface PipelineServices {
  readonly catalog: Catalog;
  readonly pool: WorkerPool;
  readonly executor: BlockExecutor;
}

/** Registers a worker pool in a container, and the executor that runs blocks on it. Without a pool work is done inline. */
export function registerWorkers(container: Container, createPool?: (container: Container) => WorkerPool): void {
  container.register(workerPoolToken, createPool ?? (({ catalog }) => createInlinePool(catalog)));
  container.register(blockExecutorToken, (inner) => createPoolExecutor(inner.resolve(workerPoolToken)));
}

/** What a composition root passes on. Call `registerWorkers` first. */
export function pipelineServices(container: Container): PipelineServices {
  return {
    catalog: container.catalog,
    pool: container.resolve(workerPoolToken),
    executor: container.resolve(blockExecutorToken),
  };
}
