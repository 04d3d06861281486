import type { BlockExecutor, BlockRun } from '../contracts/block-executor.ts';
import type { WorkerPool } from '../contracts/worker-pool.ts';
import { throwIfAborted } from '../errors.ts';

/** Runs block jobs on a pool, `pool.size` at once; a job is drawn only when a worker is free and its result has room. */
export function createPoolExecutor(pool: WorkerPool): BlockExecutor {
  return {
    concurrency: pool.size,
    async run<Input, Output>({ task, jobs, onResult, signal }: BlockRun<Input, Output>): Promise<void> {
      throwIfAborted(signal);
      const stop = new AbortController();
      const combined = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
      const iterator = jobs[Symbol.iterator]();
      let handing: Promise<void> = Promise.resolve();
      const work = async (job: Input, onRelease: () => void) => {
        const output = await pool.run(task, job, { signal: combined, onRelease });
        // Results are handed over one at a time; a lane waits for its own before it draws another job.
        const mine = handing.then(() => (stop.signal.aborted ? undefined : onResult(output, job)));
        handing = mine.catch((error: unknown) => stop.abort(error));
        await mine;
      };
      const lane = async () => {
        // A job that has released its worker and still waits for a disk; one a lane, so that buffers don't pile up.
        let trailing: Promise<void> = Promise.resolve();
        try {
          for (;;) {
            throwIfAborted(signal);
            if (stop.signal.aborted) return;
            const next = iterator.next();
            if (next.done) return;
            let onRelease = () => {};
            const released = new Promise<void>((resolve) => (onRelease = resolve));
            const job = work(next.value, onRelease);
            job.catch((error: unknown) => stop.abort(error));
            await Promise.race([job, released]);
            await trailing;
            trailing = job;
          }
        } finally {
          await trailing;
        }
      };
      const lanes = Array.from({ length: pool.size }, () =>
        lane().catch((error: unknown) => {
          stop.abort(error);
          throw error;
        }),
      );
      try {
        await Promise.all(lanes);
      } catch {
        // The caller takes back what was written: no lane may still be handing over a result then.
        await Promise.allSettled(lanes);
        iterator.return?.();
        // What failed first: whatever else was under way has ended as aborted because of it.
        throw stop.signal.reason;
      }
    },
  };
}
