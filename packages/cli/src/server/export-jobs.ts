import { BrushwoodError, combinedClasses, throwIfAborted, type PipelineServices } from '@brushwood/core';
import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { ExportRecord, type ExportSummary } from './export-record.ts';
import type { ExportRequest } from './export-request.ts';
import { planExport, runExport, type ExportPlace, type PlannedExport } from './run-export.ts';

export interface ExportJobsOptions extends ExportPlace {
  /** Starts workers for exports; those that read images for the page stay free. */
  compose(): Promise<PipelineServices>;
  /** Hears of faults of the program. */
  readonly onFault: (error: unknown) => void;
}

interface ExportJob {
  readonly record: ExportRecord;
  readonly stop: AbortController;
  /** Until it begins or is cancelled: images that were sent along take much memory. */
  planned: PlannedExport | undefined;
}

/** So many that are over are remembered, for pages that come back. */
const keptCount = 20;

/** The exports of a server, one at a time: each does what `brushwood predict` does. They go on when the page that asked is closed. */
export class ExportJobs {
  private readonly options: ExportJobsOptions;
  private readonly jobs = new Map<string, ExportJob>();
  private services: Promise<PipelineServices> | undefined;
  private last: Promise<void> = Promise.resolve();
  private waiting = 0;
  private readonly closing = new AbortController();
  private readonly starts = new Set<Promise<unknown>>();

  constructor(options: ExportJobsOptions) {
    this.options = options;
  }

  /** Newest last. */
  list(): readonly ExportSummary[] {
    return [...this.jobs.values()].map(({ record }) => record.summary());
  }

  /** @throws 'not-found' */
  record(id: string): ExportRecord {
    return this.find(id).record;
  }

  /**
   * Begins an export, or queues it behind others.
   * @param request its project as it is on this computer
   * @throws what is wrong with it as a whole; 'aborted' once the server closes
   */
  async start(request: ExportRequest): Promise<ExportRecord> {
    const started = this.plan(request);
    this.starts.add(started);
    try {
      const job = await started;
      return job.record;
    } finally {
      this.starts.delete(started);
    }
  }

  /** Ends an export at once, whose finished files stay. One that is over is forgotten. @throws 'not-found' */
  cancel(id: string): void {
    const job = this.find(id);
    const { record, stop } = job;
    if (record.isOver) this.jobs.delete(id);
    else stop.abort();
    if (record.state !== 'waiting') return;
    job.planned = undefined;
    record.end(stop.signal.reason);
  }

  /** Ends all, as Ctrl-C ends the command: nothing unfinished looks finished, and nothing is begun any more. */
  async close(): Promise<void> {
    this.closing.abort();
    await Promise.allSettled(this.starts);
    await this.last;
  }

  private async plan(request: ExportRequest): Promise<ExportJob> {
    const { signal } = this.closing;
    throwIfAborted(signal);
    this.waiting++; // the workers stay while it is planned
    try {
      const services = await this.borrow();
      const planned = await planExport(services, request, { ...this.options, signal });
      throwIfAborted(signal);
      const job = { record: recordOf(request, planned), stop: new AbortController(), planned };
      this.jobs.set(job.record.id, job);
      this.forgetOld();
      this.queue(services, job);
      return job;
    } finally {
      await this.giveBack();
    }
  }

  private queue(services: PipelineServices, job: ExportJob): void {
    this.waiting++;
    this.last = this.last.then(() => this.run(services, job)).finally(() => this.giveBack());
  }

  private async run(services: PipelineServices, job: ExportJob): Promise<void> {
    const { record, stop, planned } = job;
    job.planned = undefined;
    if (!planned) return; // cancelled while it waited
    const signal = AbortSignal.any([this.closing.signal, stop.signal]);
    try {
      signal.throwIfAborted();
      record.begin();
      await runExport(services, planned, { record, folders: this.options.folders, signal });
      record.end();
    } catch (error) {
      if (!(error instanceof BrushwoodError) && !signal.aborted) this.options.onFault(error);
      record.end(error);
    }
  }

  private borrow(): Promise<PipelineServices> {
    this.services ??= this.options.compose();
    return this.services;
  }

  /** Workers hold much memory: they go with the last export. */
  private async giveBack(): Promise<void> {
    this.waiting--;
    if (this.waiting > 0) return;
    const { services } = this;
    this.services = undefined;
    await (await services?.catch(() => undefined))?.pool.close();
  }

  private find(id: string): ExportJob {
    const job = this.jobs.get(id);
    if (job) return job;
    throw new BrushwoodError('not-found', 'This server has no such export. It may have been started anew since.', {
      id,
    });
  }

  private forgetOld(): void {
    const over = [...this.jobs].filter(([, { record }]) => record.isOver);
    for (const [id] of over.slice(0, Math.max(0, over.length - keptCount))) this.jobs.delete(id);
  }
}

function recordOf({ step, plan }: ExportRequest, { project, items }: PlannedExport): ExportRecord {
  const { postprocessing } = plan.steps;
  const classes = postprocessing ? combinedClasses(project.classes, postprocessing) : project.classes;
  return new ExportRecord({
    id: randomBytes(8).toString('hex'),
    step,
    names: items.map(({ name }) => basename(name)),
    classNames: classes.map(({ name }) => name),
  });
}
