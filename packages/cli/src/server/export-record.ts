import {
  messageOf,
  BrushwoodError,
  isAbortError,
  type ErrorCode,
  type ErrorDetails,
  type Progress,
} from '@brushwood/core';
import type { CountedAreas } from '../batch/area-report.ts';

/** `waiting` for earlier ones, and `cancelled` before or within. `failed` is the run as a whole, `done` also with failures of images. */
export type ExportState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';

export interface ExportError {
  readonly code: ErrorCode;
  readonly message: string;
  /** The same as plain data: the page chooses its advice by them. */
  readonly details: ErrorDetails;
}

/** One image of an export, as the page is told. */
export interface ImageRecord {
  readonly index: number;
  readonly name: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  /** Blocks. */
  readonly done: number;
  readonly total: number;
  readonly phase: string;
  readonly files: readonly string[];
  readonly error?: ExportError;
  readonly warnings: readonly string[];
  /** Per class, without those of no class. */
  readonly classVoxels?: readonly number[];
  /** All, those of no class too. */
  readonly voxels?: number;
  readonly voxelMeasureUm?: number;
  readonly isFlat?: boolean;
}

/** What an export is and how far, without its images. */
export interface ExportSummary {
  readonly id: string;
  readonly step: string;
  readonly state: ExportState;
  readonly error?: ExportError;
  /** Goes up with every change: a page asks for what came after the last one it saw. */
  readonly revision: number;
  readonly images: number;
  /** Of the areas. */
  readonly classNames: readonly string[];
  readonly done: number;
  readonly failed: number;
}

export interface RecordInit extends Pick<ExportSummary, 'id' | 'step' | 'classNames'> {
  /** Of the images. */
  readonly names: readonly string[];
}

/** Keeps what happens to one export. */
export class ExportRecord {
  readonly id: string;
  readonly step: string;
  state: ExportState = 'waiting';
  private readonly classNames: readonly string[];
  private error: ExportError | undefined;
  private revision = 1;
  private readonly images: { facts: ImageRecord; revision: number }[];

  constructor({ id, step, names, classNames }: RecordInit) {
    this.id = id;
    this.step = step;
    this.classNames = classNames;
    this.images = names.map((name, index) => ({
      facts: { index, name, state: 'waiting', done: 0, total: 0, phase: '', files: [], warnings: [] },
      revision: 1,
    }));
  }

  get isOver(): boolean {
    return this.state !== 'waiting' && this.state !== 'running';
  }

  begin(): void {
    this.state = 'running';
    this.revision++;
  }

  progress(index: number, { phase, done, total }: Progress): void {
    this.change(index, { state: 'running', phase, done, total });
  }

  warn(index: number, text: string): void {
    const { warnings } = this.images[index]!.facts;
    this.change(index, { warnings: [...warnings, text] });
  }

  finish(index: number, files: readonly string[], areas: CountedAreas | undefined): void {
    const { total } = this.images[index]!.facts;
    this.change(index, {
      state: 'done',
      files,
      done: total,
      ...(areas
        ? {
            classVoxels: areas.counts.slice(1),
            voxels: areas.counts.reduce((sum, count) => sum + count, 0),
            voxelMeasureUm: areas.measureUm,
            isFlat: areas.isFlat,
          }
        : {}),
    });
  }

  fail(index: number, error: unknown): void {
    this.change(index, { state: 'failed', error: errorFacts(error) });
  }

  /** The export is over; an error is one of the run as a whole. */
  end(error?: unknown): void {
    this.state = error === undefined ? 'done' : isAbortError(error) ? 'cancelled' : 'failed';
    if (this.state === 'failed') this.error = errorFacts(error);
    this.revision++;
    for (const { facts } of this.images) {
      if (facts.state === 'running') this.change(facts.index, { state: 'waiting', done: 0, total: 0 });
    }
  }

  summary(): ExportSummary {
    const count = (state: ImageRecord['state']) => this.images.filter(({ facts }) => facts.state === state).length;
    return {
      id: this.id,
      step: this.step,
      state: this.state,
      error: this.error,
      revision: this.revision,
      images: this.images.length,
      classNames: this.classNames,
      done: count('done'),
      failed: count('failed'),
    };
  }

  /** The images that changed after a revision. */
  changedSince(revision: number): readonly ImageRecord[] {
    return this.images.filter((image) => image.revision > revision).map(({ facts }) => facts);
  }

  private change(index: number, change: Partial<ImageRecord>): void {
    const image = this.images[index]!;
    image.facts = { ...image.facts, ...change };
    image.revision = ++this.revision;
  }
}

function errorFacts(error: unknown): ExportError {
  if (!(error instanceof BrushwoodError)) return { code: 'internal', message: messageOf(error), details: {} };
  const { code, message, details } = error;
  return { code, message, details };
}
