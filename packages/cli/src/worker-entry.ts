import { createContainer, serveTasks, type Plugin, type ToWorker } from '@brushwood/core';
import { parentPort } from 'node:worker_threads';

/** What a worker thread of the Node pool runs: the tasks of these plugins. */
export function serveThread(plugins: readonly Plugin[]): void {
  const port = parentPort;
  if (!port) throw new Error('This module runs in a worker thread of createNodeWorkerPool, not by itself.');
  serveTasks(createContainer(plugins).catalog, {
    post: (message, transfer) => port.postMessage(message, [...transfer]),
    onMessage: (listener) => void port.on('message', (message: ToWorker) => listener(message)),
  });
}
