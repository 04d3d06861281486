import {
  BrushwoodError,
  abortError,
  isAbortError,
  messageOf,
  unpackError,
  type PoolRunOptions,
  type Task,
  type WorkerPool,
} from '@brushwood/core';
import { MessageChannel } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import type { WorkerReply, WorkerRequest } from './worker.ts';

export interface NodePoolOptions {
  readonly threads: number;
  /** The worker entry; default the one with the command's plugins. */
  readonly entry?: URL;
  /** Start the threads at once, so that they are up when the first task comes; else they start with it. */
  readonly isEager?: boolean;
  /** Addresses of plugins the workers load besides their own. */
  readonly pluginAddresses?: readonly string[];
}

/** A pool of worker threads over piscina. */
export function createNodeWorkerPool({
  threads,
  entry = new URL('./worker.js', import.meta.url),
  isEager = false,
  pluginAddresses = [],
}: NodePoolOptions): WorkerPool {
  let isClosed = false;
  const start = async () => {
    const { Piscina: Pool } = await import('piscina');
    return new Pool({
      filename: entry.href,
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 1,
      recordTiming: false,
      workerData: { pluginAddresses },
    });
  };
  let started = isEager ? start() : undefined;
  return {
    size: threads,
    async run<Input, Output>(task: Task<Input, Output>, input: Input, options: PoolRunOptions = {}): Promise<Output> {
      if (isClosed) throw new BrushwoodError('closed', 'The worker pool was closed before this task.');
      if (options.signal?.aborted) throw abortError(options.signal);
      const pool = await (started ??= start());
      const reply = await post(pool, { taskId: task.id, input }, options);
      if (!reply.ok) throw unpackError(reply.error);
      return reply.output as Output;
    },
    async close() {
      isClosed = true;
      await (await started)?.destroy();
    },
  };
}

async function post(
  pool: Piscina,
  request: WorkerRequest,
  { signal, onProgress, transfer = [] }: PoolRunOptions,
): Promise<WorkerReply> {
  const channel = onProgress && new MessageChannel();
  channel?.port1.on('message', ({ done, total }) =>
    onProgress?.({ phase: request.taskId, done, total, unit: 'steps' }),
  );
  try {
    const message: WorkerRequest = channel ? { ...request, progress: channel.port2 } : request;
    const transferList = channel ? [...transfer, channel.port2] : [...transfer];
    return (await pool.run(message, { signal, transferList: transferList as never })) as WorkerReply;
  } catch (error) {
    if (signal?.aborted || isAbortError(error)) throw abortError(signal);
    throw new BrushwoodError(
      'worker-crashed',
      `A worker thread ended while it ran "${request.taskId}": ${messageOf(error)}. If memory ran out, use a smaller --block or fewer --threads.`,
      { taskId: request.taskId },
      { cause: error },
    );
  } finally {
    channel?.port1.close();
  }
}
