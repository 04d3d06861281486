import {
  createContainer,
  pipelineServices,
  registerWorkers,
  type PipelineServices,
  type Plugin,
} from '@brushwood/core';
import { plugins } from './plugins.ts';
import { createWebWorkerPool, type WebPoolOptions } from './web-worker-pool.ts';

/**
 * Builds the container of a page and resolves what its elements need. `pool.close()` ends the workers.
 * @param extra Further plugins for the page; a worker entry of its own has to list them too (`createWorker`).
 */
export function composeServices(options: WebPoolOptions = {}, extra: readonly Plugin[] = []): PipelineServices {
  const container = createContainer([...plugins, ...extra]);
  registerWorkers(container, () => createWebWorkerPool(options));
  return pipelineServices(container);
}
