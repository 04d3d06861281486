import { createContainer, packError, TaskRunner, type Plugin, type TransferredError } from '@brushwood/core';
import type { MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';

export interface WorkerRequest {
  readonly taskId: string;
  readonly input: unknown;
  /** Where progress is posted; absent if nobody listens. */
  readonly progress?: MessagePort;
}

export type WorkerReply =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly error: TransferredError };

/** The function piscina calls in a worker thread. Aborting ends the thread, so the signal a handler sees never fires. */
export function createWorkerEntry(plugins: readonly Plugin[]): (request: WorkerRequest) => Promise<unknown> {
  const runner = new TaskRunner(createContainer(plugins).catalog);
  return async ({ taskId, input, progress }) => {
    try {
      const onProgress = (done: number, total: number) => progress?.postMessage({ done, total });
      const { output, transfer } = await runner.run(taskId, input, {
        signal: new AbortController().signal,
        onProgress,
      });
      const reply: WorkerReply = { ok: true, output };
      return Piscina.move({ [Piscina.transferableSymbol]: transfer, [Piscina.valueSymbol]: reply } as never);
    } catch (error) {
      return { ok: false, error: packError(error) } satisfies WorkerReply;
    } finally {
      progress?.close();
    }
  };
}
