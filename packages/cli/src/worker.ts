import { Piscina } from 'piscina';
import { loadPlugins } from './load-plugins.ts';
import { plugins } from './plugins.ts';
import { createWorkerEntry } from './worker-entry.ts';

export type { WorkerReply, WorkerRequest } from './worker-entry.ts';

const { pluginAddresses } = Piscina.workerData as { pluginAddresses: readonly string[] };

export default createWorkerEntry([...plugins, ...(await loadPlugins(pluginAddresses))]);
