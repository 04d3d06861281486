export { composeServices } from './composition-root.ts';
export { createNodeWorkerPool, type NodePoolOptions } from './node-worker-pool.ts';
export { plugins } from './plugins.ts';
