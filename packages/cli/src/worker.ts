import { workerData as ownData } from 'node:worker_threads';
import { loadPlugins } from './load-plugins.ts';
import { plugins } from './plugins.ts';
import { createWorkerEntry } from './worker-entry.ts';

export type { WorkerReply, WorkerRequest } from './worker-entry.ts';

// piscina wraps what the pool passes on: its own data first, ours second.
const { pluginAddresses = [] } = (ownData as [unknown, { pluginAddresses?: readonly string[] } | undefined])[1] ?? {};

export default createWorkerEntry([...plugins, ...(await loadPlugins(pluginAddresses))]);
