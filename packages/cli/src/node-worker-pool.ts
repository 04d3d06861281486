import { createPortPool, type FromWorker, type WorkerLine, type WorkerPool } from '@brushwood/core';
import { Worker } from 'node:worker_threads';

export interface NodePoolOptions {
  readonly threads: number;
  /** The worker entry; default the one with the command's plugins. */
  readonly entry?: URL;
  /** Start the threads at once, so that they are up when the first task comes; else they start with it. */
  readonly isEager?: boolean;
  /** Addresses of plugins the workers load besides their own. */
  readonly pluginAddresses?: readonly string[];
  /** How long an aborted task may go on before its thread is ended. */
  readonly graceMs?: number;
}

/** A pool of Node's worker threads. */
export function createNodeWorkerPool({
  threads,
  entry = new URL('./worker.js', import.meta.url),
  pluginAddresses = [],
  isEager,
  graceMs,
}: NodePoolOptions): WorkerPool {
  return createPortPool({
    size: threads,
    isEager,
    graceMs,
    spawn: () => lineTo(new Worker(entry, { workerData: { pluginAddresses } })),
  });
}

function lineTo(worker: Worker): WorkerLine {
  return {
    post: (message, transfer) => worker.postMessage(message, [...transfer]),
    onMessage: (listener) => void worker.on('message', (message: FromWorker) => listener(message)),
    onEnd(listener) {
      worker.on('error', (error) => listener(error.message));
      worker.on('exit', (code) => listener(`it exited with code ${code}`));
    },
    terminate: () => worker.terminate().then(() => undefined),
  };
}
