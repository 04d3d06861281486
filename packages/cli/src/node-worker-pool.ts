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
    const pool = new Pool({
      filename: entry.href,
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 1,
      recordTiming: false,
      workerData: { pluginAddresses },
    });
    return { pool, failure: failureOf(pool) };
  };
  let started = isEager ? start() : undefined;
  return {
    size: threads,
    async run<Input, Output>(task: Task<Input, Output>, input: Input, options: PoolRunOptions = {}): Promise<Output> {
      if (isClosed) throw new BrushwoodError('closed', 'The worker pool was closed before this task.');
      if (options.signal?.aborted) throw abortError(options.signal);
      const { pool, failure } = await (started ??= start());
      const reply = await post({ pool, failure }, { taskId: task.id, input }, options);
      if (!reply.ok) throw unpackError(reply.error);
      return reply.output as Output;
    },
    async close() {
      isClosed = true;
      await (await started)?.pool.destroy();
    },
  };
}

/** Rejects when threads cannot even be started: piscina then runs nothing, and would wait for ever. */
function failureOf(pool: Piscina): Promise<never> {
  const failure = new Promise<never>((_, reject) => {
    // A thread that fails between two tasks is replaced.
    pool.on('error', (error) => pool.threads.length === 0 && reject(error));
  });
  failure.catch(() => undefined); // whoever runs a task hears of it
  return failure;
}

async function post(
  { pool, failure }: { pool: Piscina; failure: Promise<never> },
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
    const reply = pool.run(message, { signal, transferList: transferList as never });
    return (await Promise.race([reply, failure])) as WorkerReply;
  } catch (error) {
    if (signal?.aborted || isAbortError(error)) throw abortError(signal);
    throw new BrushwoodError(
      'worker-crashed',
      `A worker thread ended, or could not be started, for "${request.taskId}": ${messageOf(error)}. If memory ran out, use a smaller --block or fewer --threads.`,
      { taskId: request.taskId },
      { cause: error },
    );
  } finally {
    channel?.port1.close();
  }
}
