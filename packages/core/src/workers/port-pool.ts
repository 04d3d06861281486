import type { PoolRunOptions, Task, WorkerPool } from '../contracts/worker-pool.ts';
import { abortError, BrushwoodError, messageOf } from '../errors.ts';
import { unpackError } from './error-transfer.ts';
import type { FromWorker, ToWorker } from './serve-tasks.ts';

/** The caller's end of the line to a worker: what web workers and Node's worker threads have in common. */
export interface WorkerLine {
  post(message: ToWorker, transfer: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: FromWorker) => void): void;
  /** Called once if the worker could not be started, threw outside of a task, or ended unasked. */
  onEnd(listener: (reason: string) => void): void;
  terminate(): Promise<void> | void;
}

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
  const { size } = options;
  const slots = Array.from({ length: size }, (_, index) => new Slot(index, options));
  const waiting: Job[] = [];
  let isClosed = false;
  let closing: Promise<void> | undefined;

  const schedule = () => {
    for (let i = 0; i < waiting.length; ) {
      const job = waiting[i]!;
      const slot = job.affinity === undefined ? idleSlot(slots) : slots[job.affinity % size]!;
      if (!slot || slot.job) {
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

interface Job {
  readonly taskId: string;
  readonly input: unknown;
  readonly run: PoolRunOptions;
  readonly affinity?: number;
  resolve(output: unknown): void;
  reject(error: unknown): void;
  /** Stops listening to the signal, then calls the outcome. */
  settle(outcome: () => void): void;
  /** False if it was not waiting any more. */
  leaveQueue(): boolean;
  /** Set while a worker runs it. */
  stop?(): void;
}

function createJob(init: Pick<Job, 'taskId' | 'input' | 'run' | 'resolve' | 'reject'>): Job {
  const { signal, affinity } = init.run;
  const onAbort = () => {
    if (job.leaveQueue()) job.settle(() => job.reject(abortError(signal)));
    else job.stop?.();
  };
  const job: Job = {
    ...init,
    affinity,
    leaveQueue: () => false,
    settle(outcome) {
      signal?.removeEventListener('abort', onAbort);
      outcome();
    },
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  return job;
}

/** The worker that has been idle for longest. */
function idleSlot(slots: readonly Slot[]): Slot | undefined {
  const idle = slots.filter((slot) => !slot.job);
  return idle.sort((a, b) => a.idleSince - b.idleSince)[0];
}

/** One worker of the pool, or the place for one. */
class Slot {
  job: Job | undefined;
  idleSince = 0;
  onIdle: () => void = () => undefined;
  private readonly index: number;
  private readonly options: PortPoolOptions;
  private current: WorkerLine | undefined;
  private isReady = false;
  /** What waits until the worker listens: a web worker may lose what comes earlier. */
  private outbox: [message: ToWorker, transfer: readonly ArrayBuffer[]][] = [];
  private runId = 0;
  private onClosed: (() => void) | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(index: number, options: PortPoolOptions) {
    this.index = index;
    this.options = options;
  }

  /** The worker, started if there is none. */
  line(): WorkerLine {
    if (this.current) return this.current;
    const line = this.options.spawn(this.index);
    this.current = line;
    this.isReady = false;
    this.outbox = [];
    line.onMessage((message) => this.current === line && this.receive(message));
    line.onEnd((reason) => this.current === line && this.end(reason));
    return line;
  }

  /** A worker that cannot be started says so with its first task. */
  startEarly(): void {
    try {
      this.line();
    } catch {}
  }

  start(job: Job): void {
    this.job = job;
    this.runId++;
    const { taskId, input, run } = job;
    const { onProgress, transfer = [] } = run;
    job.stop = () => this.stop();
    try {
      this.line();
    } catch (error) {
      this.finish((failed) => failed.reject(crashError(taskId, messageOf(error))));
      return;
    }
    this.post({ type: 'run', id: this.runId, taskId, input, wantsProgress: !!onProgress }, transfer);
  }

  /** Ends the worker: asks it to close what it holds open, and terminates it then. */
  async close(): Promise<void> {
    if (this.job) this.stop();
    const line = this.current;
    if (!line) return;
    await new Promise<void>((resolve) => {
      this.onClosed = resolve;
      if (this.isReady) this.armTimer(resolve);
      this.post({ type: 'close' });
    });
    clearTimeout(this.timer);
    this.current = undefined;
    this.finish((job) => job.reject(closedError()));
    await line.terminate();
  }

  private post(message: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    if (!this.isReady) {
      this.outbox.push([message, transfer]);
      return;
    }
    try {
      this.current?.post(message, transfer);
    } catch (error) {
      this.finish((job) => job.reject(error)); // an input that cannot be cloned
    }
  }

  private stop(): void {
    this.post({ type: 'abort', id: this.runId });
    if (this.isReady) this.armTimer(() => this.kill());
  }

  private armTimer(onTime: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(onTime, this.options.graceMs ?? 4000);
  }

  /** Ends a worker whose task doesn't stop; the next task starts another. */
  private kill(): void {
    const line = this.current;
    this.current = undefined;
    void line?.terminate();
    this.finish((job) => job.reject(abortError(job.run.signal)));
  }

  private receive(message: FromWorker): void {
    if (message.type === 'ready') {
      this.isReady = true;
      for (const [held, transfer] of this.outbox.splice(0)) this.post(held, transfer);
      if (this.onClosed) this.armTimer(this.onClosed);
      else if (this.job?.run.signal?.aborted) this.armTimer(() => this.kill());
      return;
    }
    if (message.type === 'closed') {
      this.onClosed?.();
      return;
    }
    if (!this.job || message.id !== this.runId) return;
    const { run, taskId } = this.job;
    if (message.type === 'progress') {
      run.onProgress?.({ phase: taskId, done: message.done, total: message.total, unit: 'steps' });
    } else if (run.signal?.aborted) {
      this.finish((job) => job.reject(abortError(run.signal)));
    } else if (message.type === 'done') {
      this.finish((job) => job.resolve(message.output));
    } else {
      const error = unpackError(message.error);
      this.finish((job) => job.reject(error));
    }
  }

  private end(reason: string): void {
    this.current = undefined;
    if (this.onClosed) this.onClosed();
    this.finish((job) => job.reject(crashError(job.taskId, reason)));
  }

  private finish(outcome: (job: Job) => void): void {
    const job = this.job;
    if (!this.onClosed) clearTimeout(this.timer);
    if (!job) return;
    this.job = undefined;
    job.stop = undefined;
    this.idleSince = performance.now();
    job.settle(() => outcome(job));
    this.onIdle();
  }
}

function closedError(): BrushwoodError {
  return new BrushwoodError('closed', 'The worker pool was closed before this task.');
}

function crashError(taskId: string, reason: string): BrushwoodError {
  return new BrushwoodError(
    'worker-crashed',
    `A worker ended, or could not be started, for "${taskId}": ${reason}. If memory ran out, work with smaller blocks or fewer workers (--block, --threads).`,
    { taskId },
  );
}
