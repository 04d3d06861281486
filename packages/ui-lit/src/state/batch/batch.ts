import { isAbortError, type LabelClass, type Project } from '@brushwood/core';
import { appMessage } from '../advice.ts';
import { defaultBatchSettings, type BatchSettings } from './batch-settings.ts';
import type { ExportEvents, ExportImage, ExportPlan, ExportRunner } from '../exports/export-plan.ts';

/** One image of a batch and what became of it. */
export interface BatchRow {
  /** Stays, whatever comes and goes. */
  readonly id: number;
  readonly name: string;
  /** Undefined for one that another page began. */
  readonly image?: ExportImage;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  /** Blocks. */
  readonly done: number;
  readonly total: number;
  readonly files: readonly string[];
  readonly warnings: readonly string[];
  readonly error?: string;
  readonly classVoxels?: readonly number[];
  readonly voxels?: number;
  readonly voxelMeasureUm?: number;
  readonly isFlat?: boolean;
}

/** A class as the areas need it. */
export type AreaClass = Pick<LabelClass, 'name'>;

/** How far a batch is. */
export interface BatchProgress {
  readonly images: number;
  readonly done: number;
  readonly failed: number;
  /** Of the run under way, 0…1. */
  readonly share: number;
  /** Undefined where nothing can be said yet. */
  readonly perMinute?: number;
  readonly secondsLeft?: number;
}

export interface BatchRun {
  readonly project: Project;
  readonly plan: ExportPlan;
  readonly runner: ExportRunner;
  /** Of the areas, as the steps of the plan leave them. */
  readonly classes: readonly AreaClass[];
}

/**
 * Many images, predicted with the same settings one after the other. It belongs to no element: it goes on while the user paints or looks at
 * something else. Tells of changes by the event `change`.
 */
export class Batch extends EventTarget {
  /** Of the areas that were counted last. */
  classes: readonly AreaClass[] = [];
  /** What is wrong with the run as a whole. */
  problem: string | undefined;
  settings: BatchSettings = defaultBatchSettings;
  private byId = new Map<number, BatchRow>();
  private nextId = 1;
  private stop: AbortController | undefined;
  private running: readonly number[] = [];
  private startedAt = 0;

  get rows(): readonly BatchRow[] {
    return [...this.byId.values()];
  }

  get isRunning(): boolean {
    return this.stop !== undefined;
  }

  set(settings: Partial<BatchSettings>): void {
    this.settings = { ...this.settings, ...settings };
    this.changed();
  }

  /** Images that are in it already are left out. */
  add(images: readonly ExportImage[]): void {
    const known = new Set(this.rows.flatMap(({ image }) => (image ? [keyOf(image)] : [])));
    for (const image of images) {
      const key = keyOf(image);
      if (known.has(key)) continue;
      known.add(key);
      this.addRow(image.nickname, image);
    }
    this.changed();
  }

  /** @param ids of images that are not in work */
  remove(ids: readonly number[]): void {
    for (const id of ids) if (this.byId.get(id)?.state !== 'running') this.byId.delete(id);
    this.changed();
  }

  /** Begins with the images that wait. Resolves when it is over, however it ends. */
  run({ project, plan, runner, classes }: BatchRun): Promise<void> {
    const rows = this.rows.filter(({ state, image }) => state === 'waiting' && image);
    const images = rows.map(({ image }) => image!);
    this.classes = classes;
    return this.work(
      rows.map(({ id }) => id),
      (events) => runner.run(project, images, plan, events),
    );
  }

  /** Shows a run that another page has begun, in place of what is here. */
  adopt(
    names: readonly string[],
    classes: readonly AreaClass[],
    follow: (events: ExportEvents) => Promise<void>,
  ): Promise<void> {
    this.byId.clear();
    this.classes = classes;
    const ids = names.map((name) => this.addRow(name));
    return this.work(ids, follow);
  }

  /** Ends the run under way. What is done stays, the others wait. */
  cancel(): void {
    this.stop?.abort();
  }

  /** Lets those that failed wait again; with `isAll` those that are done too. Not those that another page began. */
  reset({ isAll = false }: { isAll?: boolean } = {}): void {
    if (this.isRunning) return;
    for (const { id, name, image, state } of this.rows) {
      if (image && (state === 'failed' || isAll)) this.byId.set(id, newRow(id, name, image));
    }
    this.problem = undefined;
    this.changed();
  }

  progress(now = performance.now()): BatchProgress {
    const { rows } = this;
    const count = (wanted: BatchRow['state']) => rows.filter(({ state }) => state === wanted).length;
    const shares = this.running.map((id) => shareOf(this.byId.get(id)));
    const sum = shares.reduce((total, one) => total + one, 0);
    const facts = { images: rows.length, done: count('done'), failed: count('failed') };
    if (shares.length === 0) return { ...facts, share: 0 };
    const share = sum / shares.length;
    const minutes = (now - this.startedAt) / 60e3;
    if (!this.isRunning || sum === 0 || minutes === 0) return { ...facts, share };
    return { ...facts, share, perMinute: sum / minutes, secondsLeft: (60 * minutes * (1 - share)) / share };
  }

  private async work(ids: readonly number[], run: (events: ExportEvents) => Promise<void>): Promise<void> {
    if (this.isRunning || ids.length === 0) return;
    const stop = new AbortController();
    this.stop = stop;
    this.running = ids;
    this.startedAt = performance.now();
    this.problem = undefined;
    this.changed();
    try {
      await run(this.eventsOf(ids, stop.signal));
    } catch (error) {
      if (!isAbortError(error)) this.problem = appMessage(error);
    } finally {
      this.stop = undefined;
      for (const id of ids) if (this.byId.get(id)?.state === 'running') this.change(id, { state: 'waiting', done: 0 });
      this.changed();
    }
  }

  private eventsOf(ids: readonly number[], signal: AbortSignal): ExportEvents {
    return {
      signal,
      onProgress: ({ index, done, total }) => this.change(ids[index]!, { state: 'running', done, total }),
      onDone: ({ index, ...result }) => this.change(ids[index]!, { state: 'done', ...result }),
      onFailure: ({ index, error }) => this.change(ids[index]!, { state: 'failed', error: appMessage(error) }),
      onWarning: ({ index, message }) => {
        const warnings = this.byId.get(ids[index]!)?.warnings ?? [];
        this.change(ids[index]!, { warnings: [...warnings, message] });
      },
    };
  }

  private addRow(name: string, image?: ExportImage): number {
    const id = this.nextId++;
    this.byId.set(id, newRow(id, name, image));
    return id;
  }

  private change(id: number, change: Partial<BatchRow>): void {
    const row = this.byId.get(id);
    if (row) this.byId.set(id, { ...row, ...change });
    this.changed();
  }

  private changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

function newRow(id: number, name: string, image: ExportImage | undefined): BatchRow {
  return { id, name, image, state: 'waiting', done: 0, total: 0, files: [], warnings: [] };
}

function shareOf(row: BatchRow | undefined): number {
  if (!row || row.state === 'done' || row.state === 'failed') return 1;
  return row.total > 0 ? row.done / row.total : 0;
}

/** Files of one name may be of different folders: a file is known by its size and time too. */
function keyOf({ image: { location } }: ExportImage): string {
  const { path, innerPath, blob } = location;
  const file = blob instanceof File ? [blob.webkitRelativePath, blob.size, blob.lastModified] : [];
  return JSON.stringify([path, innerPath, ...file]);
}
