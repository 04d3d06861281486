import { BrushwoodError, createContainer, type WorkerPool } from '@brushwood/core';
import { classifiers } from '../plugin.ts';

/** A pool of `size` workers that all live on this thread; inputs and outputs are cloned as if they were posted. */
export function createWorkerDouble(size: number): WorkerPool {
  const { catalog } = createContainer([classifiers]);
  return {
    size,
    async run(task, input, options) {
      const handler = catalog.tasks.find((candidate) => candidate.task.id === task.id);
      if (!handler) throw new BrushwoodError('not-registered', `No handler for ${task.id}.`);
      const context = {
        catalog,
        signal: options?.signal ?? new AbortController().signal,
        reportProgress: (done: number, total: number) =>
          options?.onProgress?.({ phase: task.id, done, total, unit: 'steps' }),
        session: () => Promise.reject(new Error('no sessions here')),
      };
      return structuredClone(await handler.run(structuredClone(input) as never, context)) as never;
    },
    close: () => Promise.resolve(),
  };
}
