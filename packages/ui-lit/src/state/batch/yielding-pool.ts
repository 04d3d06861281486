import { throwIfAborted, type WorkerPool } from '@brushwood/core';

/** How often is it asked whether work may go on, milliseconds. */
const patience = 20;

/** A pool whose tasks wait as long as something else has to come first. A task that has begun goes on. */
export function yieldingPool(pool: WorkerPool, isHeld: () => boolean): WorkerPool {
  return {
    size: pool.size,
    async run(task, input, options) {
      while (isHeld()) {
        throwIfAborted(options?.signal);
        await new Promise((resolve) => setTimeout(resolve, patience));
      }
      return pool.run(task, input, options);
    },
    close: () => pool.close(),
  };
}

/** Who paints stroke after stroke is not interrupted by a block between two of them: work goes on after so many milliseconds of rest. */
const rest = 700;

/** Is something busy, or was it a moment ago? */
export function calmedDown(isBusy: () => boolean, now: () => number = () => performance.now()): () => boolean {
  let lastBusy = -Infinity;
  return () => {
    if (isBusy()) lastBusy = now();
    return now() - lastBusy < rest;
  };
}
