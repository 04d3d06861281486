import { createWorkerEntry } from './worker-entry.ts';
import { plugins } from './plugins.ts';

export type { WorkerReply, WorkerRequest } from './worker-entry.ts';

export default createWorkerEntry(plugins);
