import { BrushwoodError, combinedClasses, type PipelineServices } from '@brushwood/core';
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
   * @throws what is wrong with it as a whole
   */
  async start(request: ExportRequest): Promise<ExportRecord> {
    this.waiting++; // the workers stay while it is planned
    try {
      const services = await this.borrow();
      const planned = await planExport(services, request, this.options);
      const names = planned.items.map(({ name }) => basename(name));
      const id = randomBytes(8).toString('hex');
      const { postprocessing } = request.plan.steps;
      const classes = postprocessing
        ? combinedClasses(planned.project.classes, postprocessing)
        : planned.project.classes;
      const classNames = classes.map(({ name }) => name);
      const record = new ExportRecord({ id, step: request.step, names, classNames });
      const stop = new AbortController();
      this.jobs.set(record.id, { record, stop });
      this.forgetOld();
      this.waiting++;
      this.last = this.last.then(() => this.run(services, planned, { record, stop })).finally(() => this.giveBack());
      return record;
    } finally {
      await this.giveBack();
    }
  }

  /** Ends an export, whose finished files stay. One that is over is forgotten. @throws 'not-found' */
  cancel(id: string): void {
    const { record, stop } = this.find(id);
    if (record.isOver) this.jobs.delete(id);
    else stop.abort();
  }

  /** Ends all, as Ctrl-C ends the command: nothing unfinished looks finished. */
  async close(): Promise<void> {
    for (const { stop } of this.jobs.values()) stop.abort();
    await this.last;
  }

  private async run(services: PipelineServices, planned: PlannedExport, { record, stop }: ExportJob): Promise<void> {
    try {
      stop.signal.throwIfAborted();
      record.begin();
      await runExport(services, planned, { record, folders: this.options.folders, signal: stop.signal });
      record.end();
    } catch (error) {
      if (!(error instanceof BrushwoodError) && !stop.signal.aborted) this.options.onFault(error);
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
