import type { Catalog } from '../contracts/plugin.ts';
import type { PoolRunOptions, Task, WorkerPool } from '../contracts/worker-pool.ts';
import { abortError, BrushwoodError } from '../errors.ts';
import { TaskRunner } from './task-runner.ts';

/** A pool on the calling thread: for tests, small scripts and places without workers. `size` tasks interleave. */
export function createInlinePool(catalog: Catalog, { size = 1 }: { size?: number } = {}): WorkerPool {
  const runners = Array.from({ length: size }, () => new TaskRunner(catalog));
  const idle = [...runners];
  const waiting: { readonly wanted?: TaskRunner; take(runner: TaskRunner): void }[] = [];
  let isClosed = false;

  const release = (runner: TaskRunner) => {
    const place = waiting.findIndex(({ wanted }) => !wanted || wanted === runner);
    if (place < 0) idle.push(runner);
    else waiting.splice(place, 1)[0]!.take(runner);
  };
  const acquire = (affinity: number | undefined): Promise<TaskRunner> => {
    const wanted = affinity === undefined ? undefined : runners[affinity % size];
    // Else the one that has waited longest: a caller that runs one task after the other keeps its worker.
    const place = wanted ? idle.indexOf(wanted) : 0;
    const [runner] = place < 0 ? [] : idle.splice(place, 1);
    return runner ? Promise.resolve(runner) : new Promise((resolve) => waiting.push({ wanted, take: resolve }));
  };

  return {
    size,
    run<Input, Output>(task: Task<Input, Output>, input: Input, options: PoolRunOptions = {}): Promise<Output> {
      if (isClosed) return Promise.reject(closedError());
      const { signal = new AbortController().signal, onProgress } = options;
      const work = async () => {
        const runner = await acquire(options.affinity);
        let isReleased = false;
        const leave = () => {
          if (isReleased) return;
          isReleased = true;
          release(runner);
        };
        const onRelease = () => {
          leave();
          options.onRelease?.();
        };
        try {
          if (isClosed) throw closedError();
          if (signal.aborted) throw abortError(signal);
          const report = (done: number, total: number) => onProgress?.({ phase: task.id, done, total, unit: 'steps' });
          const { output } = await runner.run(task.id, input, { signal, onProgress: report, onRelease });
          return output as Output;
        } finally {
          leave();
        }
      };
      return rejectOnAbort(work(), signal);
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await Promise.all(runners.map((runner) => runner.close()));
    },
  };
}

function closedError(): BrushwoodError {
  return new BrushwoodError('closed', 'The worker pool was closed before this task.');
}

/** Rejects as soon as the signal fires, whatever becomes of the work. */
function rejectOnAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(abortError(signal));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
