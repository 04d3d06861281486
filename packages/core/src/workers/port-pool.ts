import type { PoolRunOptions, Task, WorkerPool } from '../contracts/worker-pool.ts';
import { abortError } from '../errors.ts';
import { closedError, createJob, WorkerSlot, type Job, type WorkerLine } from './worker-slot.ts';

export interface PortPoolOptions {
  /** Workers, and tasks that run at once. */
  readonly size: number;
  /** Starts worker number `index`. Called again for a worker that died. */
  spawn(index: number): WorkerLine;
  /** Start the workers at once instead of with the first task. */
  readonly isEager?: boolean;
  /** How long an aborted task, or a worker that is to end, may go on before the worker is terminated. Default 4000. */
  readonly graceMs?: number;
}

/**
 * A pool over workers that run `serveTasks`: web workers in the browser, threads in Node. An aborted task is asked to stop and
 * the worker lives on with what it holds open; one that doesn't listen is terminated after `graceMs`. A worker that is still
 * loading its modules is never terminated, which Node answers by ending the process.
 */
export function createPortPool(options: PortPoolOptions): WorkerPool {
  const { size, graceMs = 4000 } = options;
  const slots = Array.from(
    { length: size },
    (_, index) => new WorkerSlot({ graceMs, spawn: () => options.spawn(index) }),
  );
  const waiting: Job[] = [];
  let isClosed = false;
  let closing: Promise<void> | undefined;

  const schedule = () => {
    for (let i = 0; i < waiting.length; ) {
      const job = waiting[i]!;
      const slot = job.affinity === undefined ? idleSlot(slots) : slots[job.affinity % size]!;
      if (!slot || slot.occupant !== undefined) {
        i++;
        continue;
      }
      waiting.splice(i, 1);
      slot.start(job);
    }
  };
  for (const slot of slots) {
    slot.onIdle = schedule;
    if (options.isEager) slot.startEarly();
  }

  return {
    size,
    run<Input, Output>(task: Task<Input, Output>, input: Input, run: PoolRunOptions = {}): Promise<Output> {
      if (isClosed) return Promise.reject(closedError());
      if (run.signal?.aborted) return Promise.reject(abortError(run.signal));
      return new Promise<unknown>((resolve, reject) => {
        const job = createJob({ taskId: task.id, input, run, resolve, reject });
        job.leaveQueue = () => {
          const place = waiting.indexOf(job);
          if (place >= 0) waiting.splice(place, 1);
          return place >= 0;
        };
        waiting.push(job);
        schedule();
      }) as Promise<Output>;
    },
    close() {
      isClosed = true;
      for (const job of waiting.splice(0)) job.settle(() => job.reject(closedError()));
      closing ??= Promise.all(slots.map((slot) => slot.close())).then(() => undefined);
      return closing;
    },
  };
}

/** The worker that has been idle for longest. */
function idleSlot(slots: readonly WorkerSlot[]): WorkerSlot | undefined {
  const idle = slots.filter((slot) => slot.occupant === undefined);
  return idle.sort((a, b) => a.idleSince - b.idleSince)[0];
}
