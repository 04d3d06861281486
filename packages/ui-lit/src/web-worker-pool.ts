import { createPortPool, type FromWorker, type WorkerLine, type WorkerPool } from '@brushwood/core';

export interface WebPoolOptions {
  /** Workers; default the cores of the machine less one for the page, but two if there are two, and at most 8. */
  readonly workers?: number;
  /** Starts one worker; default the app's own. */
  readonly createWorker?: () => Worker;
  readonly graceMs?: number;
}

/** A pool of web workers. */
export function createWebWorkerPool({
  workers = defaultWorkers(navigator.hardwareConcurrency),
  createWorker = () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'brushwood' }),
  graceMs,
}: WebPoolOptions = {}): WorkerPool {
  return createPortPool({ size: workers, isEager: true, graceMs, spawn: () => lineTo(createWorker()) });
}

function lineTo(worker: Worker): WorkerLine {
  return {
    post: (message, transfer) => worker.postMessage(message, [...transfer]),
    onMessage: (listener) => worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => listener(data)),
    onEnd(listener) {
      const end = (reason: string) => {
        worker.terminate(); // after an error it would live on, unused
        listener(reason);
      };
      worker.addEventListener('error', (event) => end(event.message || 'its script could not be loaded'));
      worker.addEventListener('messageerror', () => end('it sent what cannot be read'));
    },
    terminate: () => worker.terminate(),
  };
}

function defaultWorkers(cores: number): number {
  return Math.min(8, Math.max(cores - 1, Math.min(2, cores)));
}
