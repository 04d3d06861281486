import { workerData } from 'node:worker_threads';
import { loadPlugins } from './load-plugins.ts';
import { plugins } from './plugins.ts';
import { imageTasks } from './server/image-task-handlers.ts';
import { serveThread } from './worker-entry.ts';

const { pluginAddresses } = workerData as { pluginAddresses: readonly string[] };

serveThread([...plugins, imageTasks, ...(await loadPlugins(pluginAddresses))]);
