import type { Catalog } from '../contracts/plugin.ts';
import { packError, type TransferredError } from './error-transfer.ts';
import { TaskRunner } from './task-runner.ts';

/** What a pool sends to its worker. */
export type ToWorker =
  | {
      readonly type: 'run';
      readonly id: number;
      readonly taskId: string;
      readonly input: unknown;
      readonly wantsProgress: boolean;
    }
  | { readonly type: 'abort'; readonly id: number }
  | { readonly type: 'close' };

/** What a worker sends to its pool. */
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly id: number; readonly done: number; readonly total: number }
  | { readonly type: 'released'; readonly id: number }
  | { readonly type: 'done'; readonly id: number; readonly output: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly error: TransferredError }
  | { readonly type: 'closed' };

/** The worker's end of the line. */
export interface TaskPort {
  post(message: FromWorker, transfer: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: ToWorker) => void): void;
}

/** Runs in a worker: does the tasks its pool sends until it is told to close. */
export function serveTasks(catalog: Catalog, port: TaskPort): void {
  const runner = new TaskRunner(catalog);
  const running = new Map<number, AbortController>();

  const run = async ({ id, taskId, input, wantsProgress }: Extract<ToWorker, { type: 'run' }>) => {
    const stop = new AbortController();
    running.set(id, stop);
    const onProgress = wantsProgress
      ? (done: number, total: number) => port.post({ type: 'progress', id, done, total }, [])
      : undefined;
    const onRelease = () => port.post({ type: 'released', id }, []);
    try {
      const { output, transfer } = await runner.run(taskId, input, { signal: stop.signal, onProgress, onRelease });
      port.post({ type: 'done', id, output }, transfer);
    } catch (error) {
      port.post({ type: 'failed', id, error: packError(error) }, []);
    } finally {
      running.delete(id);
    }
  };
  port.onMessage((message) => {
    if (message.type === 'run') void run(message);
    else if (message.type === 'abort') {
      running.get(message.id)?.abort();
    } else {
      for (const stop of running.values()) stop.abort();
      void runner.close().then(() => port.post({ type: 'closed' }, []));
    }
  });
  port.post({ type: 'ready' }, []);
}
