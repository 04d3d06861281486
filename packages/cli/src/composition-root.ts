import {
  createContainer,
  pipelineServices,
  registerWorkers,
  type PipelineServices,
  type Plugin,
} from '@brushwood/core';
import { loadPlugins } from './load-plugins.ts';
import { createNodeWorkerPool } from './node-worker-pool.ts';
import { plugins } from './plugins.ts';

export interface CompositionOptions {
  readonly threads: number;
  /** Start the threads while the command reads its files. */
  readonly isEager?: boolean;
  /** Addresses of further plugins, for this thread and the workers. */
  readonly pluginAddresses?: readonly string[];
}

/** Builds the container of one command and resolves what its run needs. Call `pool.close()` at the end. */
export async function composeServices(options: CompositionOptions): Promise<PipelineServices> {
  const { threads, isEager, pluginAddresses = [] } = options;
  const extra: readonly Plugin[] = await loadPlugins(pluginAddresses);
  const container = createContainer([...plugins, ...extra]);
  registerWorkers(container, () => createNodeWorkerPool({ threads, isEager, pluginAddresses }));
  return pipelineServices(container);
}
