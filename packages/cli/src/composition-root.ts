import {
  createContainer,
  pipelineServices,
  registerWorkers,
  type PipelineServices,
  type Plugin,
} from '@brushwood/core';
import { createNodeWorkerPool } from './node-worker-pool.ts';
import { plugins } from './plugins.ts';

/** Builds the container of one command and resolves what its run needs. Call `pool.close()` at the end. */
export function composeServices({
  threads,
  extra = [],
}: {
  threads: number;
  extra?: readonly Plugin[];
}): PipelineServices {
  const container = createContainer([...plugins, ...extra]);
  registerWorkers(container, () => createNodeWorkerPool({ threads }));
  return pipelineServices(container);
}
