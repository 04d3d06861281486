import { isAbortError, type Project } from '@brushwood/core';
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
  /** Of `classVoxels`: the classes of the project may be others by now. */
  readonly classNames?: readonly string[];
  /** What it was made with. Undefined for one that another page began. */
  readonly made?: MadeWith;
}

/** A trained project and what was done with its predictions. */
export interface MadeWith {
  readonly project: Project;
  readonly plan: ExportPlan;
}

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
  readonly classNames: readonly string[];
  /** Gives the project its model, if it may lack it. */
  readonly train?: (signal: AbortSignal) => Promise<Project>;
}

/**
 * Many images, predicted with the same settings one after the other. It belongs to no element: it goes on while the user paints or looks at
 * something else. Tells of changes by the event `change`.
 */
export class Batch extends EventTarget {
  /** What is wrong with the run as a whole. */
  problem: string | undefined;
  settings: BatchSettings = defaultBatchSettings;
  /** Is the classifier trained for the run under way? */
  isPreparing = false;
  private byId = new Map<number, BatchRow>();
  private nextId = 1;
  private stop: AbortController | undefined;
  private running: readonly number[] = [];
  /** The run under way has all its images already. */
  private isSent = false;
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

  /** Leaves images out, also of the run under way. Those that are in work stay. */
  remove(ids: readonly number[]): void {
    for (const id of ids) if (!this.isFixed(id)) this.byId.delete(id);
    this.changed();
  }

  /** Is an image in work, or sent to where it is going to be? */
  isFixed(id: number): boolean {
    const state = this.byId.get(id)?.state;
    return state === 'running' || (state === 'waiting' && this.isSent && this.running.includes(id));
  }

  /** Another project is opened: all rows go but those of the run under way, which goes on with the project that it began with. */
  clear(): void {
    const kept = new Set(this.isRunning ? this.running : []);
    for (const id of this.byId.keys()) if (!kept.has(id)) this.byId.delete(id);
    if (!this.isRunning) this.problem = undefined;
    this.changed();
  }

  /** Begins with the images that wait. Resolves when it is over, however it ends. */
  run({ project, train, plan, runner, classNames }: BatchRun): Promise<void> {
    const rows = this.rows.filter(({ state, image }) => state === 'waiting' && image);
    const images = rows.map(({ image }) => image!);
    const ids = rows.map(({ id }) => id);
    return this.work(ids, async (signal) => {
      const trained = train ? await this.prepare(() => train(signal)) : project;
      this.isSent = runner.takesAll ?? false;
      const made = { project: trained, plan };
      await runner.run(trained, images, plan, this.eventsOf(ids, { signal, classNames, made }));
    });
  }

  /** Shows a run that another page has begun, in place of what is here. */
  adopt(
    names: readonly string[],
    classNames: readonly string[],
    follow: (events: ExportEvents) => Promise<void>,
  ): Promise<void> {
    if (this.isRunning) return Promise.resolve();
    this.byId.clear();
    const ids = names.map((name) => this.addRow(name));
    return this.work(ids, (signal) => {
      this.isSent = true;
      return follow(this.eventsOf(ids, { signal, classNames }));
    });
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

  private async work(ids: readonly number[], run: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (this.isRunning || ids.length === 0) return;
    const stop = new AbortController();
    this.stop = stop;
    this.running = ids;
    this.startedAt = performance.now();
    this.problem = undefined;
    this.changed();
    try {
      await run(stop.signal);
    } catch (error) {
      if (!isAbortError(error)) this.problem = appMessage(error);
    } finally {
      this.stop = undefined;
      this.isSent = false;
      for (const id of ids) if (this.byId.get(id)?.state === 'running') this.change(id, { state: 'waiting', done: 0 });
      this.changed();
    }
  }

  private async prepare(train: () => Promise<Project>): Promise<Project> {
    this.isPreparing = true;
    this.changed();
    try {
      return await train();
    } finally {
      this.isPreparing = false;
      this.startedAt = performance.now();
      this.changed();
    }
  }

  private eventsOf(
    ids: readonly number[],
    { signal, ...facts }: { signal: AbortSignal } & Pick<BatchRow, 'classNames' | 'made'>,
  ): ExportEvents {
    return {
      signal,
      isWanted: (index) => this.byId.has(ids[index]!),
      onProgress: ({ index, done, total }) => this.change(ids[index]!, { state: 'running', done, total }),
      onDone: ({ index, ...result }) => this.change(ids[index]!, { state: 'done', ...result, ...facts }),
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
