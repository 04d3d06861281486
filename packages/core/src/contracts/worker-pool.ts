import type { Catalog } from './plugin.ts';
import type { RunOptions } from './progress.ts';

/** A typed name. The handler is known to the worker entry only. */
export interface Task<Input, Output> {
  readonly id: string;
  /** Never set; carries the types. */
  readonly types?: (input: Input) => Output;
}

export function defineTask<Input, Output>(id: string): Task<Input, Output> {
  return { id };
}

/** What a handler finds in its worker. */
export interface TaskContext {
  readonly catalog: Catalog;
  readonly signal: AbortSignal;
  reportProgress(done: number, total: number): void;
  /** What is left of this task only waits (for a disk): its worker may begin another one meanwhile. */
  release(): void;
  /**
   * State that outlives one task (an opened image, a loaded model). Opened once per worker and key; when more keys of the
   * handler's kind are open than its limit, the one not used for longest is closed.
   */
  session<T extends object>(
    key: string,
    open: () => Promise<T>,
    close?: (value: T) => void | Promise<void>,
  ): Promise<T>;
}

export interface TaskHandler<Input, Output> {
  readonly task: Task<Input, Output>;
  run(input: Input, context: TaskContext): Promise<Output> | Output;
  /** Buffers of the output that move to the caller instead of being copied. */
  transfer?(output: Output): ArrayBuffer[];
  /**
   * Which sessions are this handler's: handlers of one kind share theirs, and a worker keeps at most `limit` of it open at once.
   * Default: the kind of all that don't say, of which a worker keeps two.
   */
  readonly sessions?: { readonly kind: string; readonly limit: number };
}

// biome-ignore lint: a list of handlers has no common input type
export type AnyTaskHandler = TaskHandler<never, unknown>;

export interface PoolRunOptions extends RunOptions {
  /** Buffers of the input that move to the worker. */
  readonly transfer?: readonly ArrayBuffer[];
  /** Called when the handler releases its worker, which takes other tasks from then on. */
  readonly onRelease?: () => void;
  /** Tasks of one number run on one worker, so that they meet the sessions of the earlier ones; default any idle worker. */
  readonly affinity?: number;
}

/** Runs typed tasks, each on one worker. Inputs and outputs are plain data. */
export interface WorkerPool {
  /** How many tasks run at once. */
  readonly size: number;
  /**
   * Rejects with the handler's own error, code and details intact; 'aborted' if the signal fires: at once while
   * queued, else as soon as the handler has stopped (one that doesn't listen is ended with its worker after a few seconds); 'worker-crashed' if the worker dies; 'not-registered' for an unknown task. A failed task leaves the pool usable.
   */
  run<Input, Output>(task: Task<Input, Output>, input: Input, options?: PoolRunOptions): Promise<Output>;
  /** Ends the workers and what they hold open. Running afterwards rejects with 'closed'. */
  close(): Promise<void>;
}
