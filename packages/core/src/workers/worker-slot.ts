import type { PoolRunOptions } from '../contracts/worker-pool.ts';
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

export interface Job {
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

export function createJob(init: Pick<Job, 'taskId' | 'input' | 'run' | 'resolve' | 'reject'>): Job {
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

export interface WorkerSlotOptions {
  /** Starts the worker; called again after it died. */
  spawn(): WorkerLine;
  readonly graceMs: number;
}

/** One worker of a pool, or the place for one. */
export class WorkerSlot {
  /** The job that occupies the worker; others may still wait for something in it. */
  occupant: number | undefined;
  idleSince = 0;
  onIdle: () => void = () => undefined;
  private readonly options: WorkerSlotOptions;
  private readonly jobs = new Map<number, Job>();
  private line: WorkerLine | undefined;
  private isReady = false;
  /** What waits until the worker listens: a web worker may lose what comes earlier. */
  private outbox: [message: ToWorker, transfer: readonly ArrayBuffer[]][] = [];
  private lastId = 0;
  private onClosed: (() => void) | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: WorkerSlotOptions) {
    this.options = options;
  }

  /** Starts the worker before there is work; one that cannot be started says so with its first task. */
  startEarly(): void {
    try {
      this.open();
    } catch {}
  }

  start(job: Job): void {
    const id = ++this.lastId;
    this.jobs.set(id, job);
    this.occupant = id;
    const { taskId, input, run } = job;
    job.stop = () => this.stop(id);
    try {
      this.open();
    } catch (error) {
      this.finish(id, () => job.reject(crashError(taskId, messageOf(error))));
      return;
    }
    try {
      this.post({ type: 'run', id, taskId, input, wantsProgress: !!run.onProgress }, run.transfer);
    } catch (error) {
      this.finish(id, () => job.reject(error)); // an input that cannot be cloned
    }
  }

  /** Ends the worker: asks it to close what it holds open, and terminates it then. */
  async close(): Promise<void> {
    const { line } = this;
    if (!line) return;
    await new Promise<void>((resolve) => {
      this.onClosed = resolve;
      if (this.isReady) this.armTimer(resolve);
      this.post({ type: 'close' });
    });
    clearTimeout(this.timer);
    this.line = undefined;
    this.finishAll(() => closedError());
    await line.terminate();
  }

  private open(): void {
    if (this.line) return;
    const line = this.options.spawn();
    this.line = line;
    this.isReady = false;
    this.outbox = [];
    line.onMessage((message) => this.line === line && this.receive(message));
    line.onEnd((reason) => this.line === line && this.end(reason));
  }

  private post(message: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    if (this.isReady) this.line?.post(message, transfer);
    else this.outbox.push([message, transfer]);
  }

  private stop(id: number): void {
    this.post({ type: 'abort', id });
    if (this.isReady) this.armTimer(() => this.kill());
  }

  private armTimer(onTime: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(onTime, this.options.graceMs);
  }

  /** Ends a worker whose aborted task doesn't stop; the next task starts another. */
  private kill(): void {
    const { line } = this;
    this.line = undefined;
    void line?.terminate();
    this.finishAll(({ run, taskId }) =>
      run.signal?.aborted ? abortError(run.signal) : crashError(taskId, 'another task of its worker did not stop'),
    );
  }

  private receive(message: FromWorker): void {
    if (message.type === 'ready') this.becomeReady();
    else if (message.type === 'closed') this.onClosed?.();
    else {
      const job = this.jobs.get(message.id);
      if (job) this.answer(job, message);
    }
  }

  private becomeReady(): void {
    this.isReady = true;
    for (const [message, transfer] of this.outbox.splice(0)) {
      try {
        this.post(message, transfer);
      } catch (error) {
        if (message.type === 'run') this.finish(message.id, (job) => job.reject(error));
      }
    }
    if (this.onClosed) this.armTimer(this.onClosed);
    else if ([...this.jobs.values()].some(({ run }) => run.signal?.aborted)) this.armTimer(() => this.kill());
  }

  private answer(job: Job, message: Exclude<FromWorker, { type: 'ready' | 'closed' }>): void {
    const { run, taskId } = job;
    if (message.type === 'progress') {
      run.onProgress?.({ phase: taskId, done: message.done, total: message.total, unit: 'steps' });
    } else if (message.type === 'released') {
      if (this.occupant === message.id) this.free();
      run.onRelease?.();
    } else if (run.signal?.aborted) {
      this.finish(message.id, () => job.reject(abortError(run.signal)));
    } else if (message.type === 'done') {
      this.finish(message.id, () => job.resolve(message.output));
    } else {
      const error = unpackError(message.error);
      this.finish(message.id, () => job.reject(error));
    }
  }

  private end(reason: string): void {
    this.line = undefined;
    this.onClosed?.();
    this.finishAll(({ taskId }) => crashError(taskId, reason));
  }

  private finishAll(errorOf: (job: Job) => Error): void {
    for (const id of [...this.jobs.keys()]) this.finish(id, (job) => job.reject(errorOf(job)));
  }

  private finish(id: number, outcome: (job: Job) => void): void {
    const job = this.jobs.get(id);
    if (!job) return;
    this.jobs.delete(id);
    const isWaitedFor = this.onClosed || [...this.jobs.values()].some(({ run }) => run.signal?.aborted);
    if (!isWaitedFor) clearTimeout(this.timer);
    job.stop = undefined;
    job.settle(() => outcome(job));
    if (this.occupant === id) this.free();
  }

  private free(): void {
    this.occupant = undefined;
    this.idleSince = performance.now();
    this.onIdle();
  }
}

export function closedError(): BrushwoodError {
  return new BrushwoodError('closed', 'The worker pool was closed before this task.');
}

function crashError(taskId: string, reason: string): BrushwoodError {
  return new BrushwoodError(
    'worker-crashed',
    `A worker ended, or could not be started, for "${taskId}": ${reason}. If memory ran out, work with smaller blocks or fewer workers (--block, --threads).`,
    { taskId },
  );
}
