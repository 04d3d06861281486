import type { Task } from './worker-pool.ts';

export interface BlockRun<Input, Output> {
  readonly task: Task<Input, Output>;
  readonly jobs: Iterable<Input>;
  /** Called once per job, one at a time, in any order; work pauses while results wait for it. */
  onResult(output: Output, input: Input): Promise<void> | void;
  readonly signal?: AbortSignal;
}

/** Runs block jobs somewhere. Never holds more jobs than it can work on: the iterable is drawn from lazily. */
export interface BlockExecutor {
  /** Jobs that are in work at once. */
  readonly concurrency: number;
  /** Resolves when every result was handed over; the first failure stops the rest and rejects. */
  run<Input, Output>(run: BlockRun<Input, Output>): Promise<void>;
}
