import { isSequence } from '@brushwood/core';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { CountedAreas } from './area-report.ts';
import { filesOfSequence, isFileOf } from './sequence-files.ts';
import { pathFacts } from '../path-facts.ts';

/** In each folder that outputs are written to: one line of JSON for each finished one. */
export const journalName = '.brushwood-outputs.jsonl';

/** What is known of a finished output. */
export interface OutputRecord {
  /** Of the file in its folder. */
  readonly name: string;
  /** Dataset in the file, for containers. */
  readonly innerPath?: string;
  /** In bytes; of a folder, of a dataset in one, or of a sequence that of all its files, so that a lost one is noticed. */
  readonly size: number;
  /** When it was written, in milliseconds since 1970. */
  readonly mtime: number;
  /** Of everything its values depend on. */
  readonly fingerprint: string;
  /** What each class covers, where that was counted. */
  readonly areas?: CountedAreas;
}

/** Where an output lies. */
export interface OutputPlace {
  readonly path: string;
  readonly innerPath?: string;
}

/**
 * Remembers which outputs are finished and what they were made of, so that a batch that is repeated goes on where it stopped.
 * Lines are only ever appended, whole, so that several processes may share a folder; a later line replaces an earlier one.
 */
export class RunJournal {
  private readonly folders = new Map<string, Map<string, OutputRecord>>();

  /**
   * What was written to a file, if it is still there with the size it had. A dataset of a container that is a file may be lost: ask the
   * format.
   */
  recordOf(place: OutputPlace | string): OutputRecord | undefined {
    const record = this.entryOf(place);
    const size = record && sizeOf(record.innerPath === undefined ? pathOf(place) : ownPath(place));
    if (size === undefined) return undefined;
    // Other datasets may have come into the same file since, labels into the folder of an image.
    const isSame = record?.innerPath === undefined ? size === record?.size : size >= record.size;
    return isSame ? record : undefined;
  }

  /** What was noted of a file, whatever became of it. */
  entryOf(place: OutputPlace | string): OutputRecord | undefined {
    const path = pathOf(place);
    const innerPath = typeof place === 'string' ? undefined : place.innerPath;
    return this.recordsIn(dirname(resolve(path))).get(keyOf(basename(path), innerPath));
  }

  /** Did a run write this file, as an output or as one of a sequence? */
  owns(path: string): boolean {
    if (this.recordOf(path)) return true;
    const records = this.recordsIn(dirname(resolve(path))).values();
    return [...records].some(({ name }) => isSequence(name) && isFileOf(name, basename(path)));
  }

  /** @throws what the file system throws */
  add({ path, innerPath }: OutputPlace, facts: Pick<OutputRecord, 'fingerprint' | 'areas'>): void {
    const place = { path, innerPath };
    const record = {
      name: basename(path),
      innerPath,
      size: sizeOf(ownPath(place)) ?? 0,
      mtime: timeOf(place),
      ...facts,
    };
    const folder = dirname(resolve(path));
    const records = this.recordsIn(folder);
    appendFileSync(join(folder, journalName), `${JSON.stringify(record)}\n`);
    records.set(keyOf(record.name, innerPath), record);
  }

  private recordsIn(folder: string): Map<string, OutputRecord> {
    const known = this.folders.get(folder);
    if (known) return known;
    const records = new Map<string, OutputRecord>();
    this.folders.set(folder, records);
    for (const line of linesOf(join(folder, journalName))) {
      const record = parseRecord(line);
      if (record) records.set(keyOf(record.name, record.innerPath), record);
    }
    return records;
  }
}

/**
 * When an output was written, in milliseconds since 1970; of a Zarr image its metadata, as files that come or go below it change
 * the time of its folder.
 * @throws what the file system throws
 */
export function timeOf(place: OutputPlace): number {
  const path = isSequence(place.path) ? dirname(place.path) : ownPath(place);
  const metadata = ['zarr.json', '.zattrs'].map((name) => join(path, name)).find((file) => existsSync(file));
  return Math.round(statSync(metadata ?? path).mtimeMs);
}

/** The folder of a dataset, where datasets are folders; else the file. */
function ownPath(place: OutputPlace | string): string {
  const path = pathOf(place);
  const isFolder = pathFacts(path)?.isDirectory() ?? false;
  return isFolder && typeof place !== 'string' && place.innerPath !== undefined ? join(path, place.innerPath) : path;
}

function pathOf(place: OutputPlace | string): string {
  return typeof place === 'string' ? place : place.path;
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    // No journal: nothing is known to be finished.
    return [];
  }
}

/** Undefined for a line that a crash cut off. */
function parseRecord(line: string): OutputRecord | undefined {
  if (line.trim() === '') return undefined;
  try {
    const record = JSON.parse(line) as Partial<OutputRecord>;
    const isWhole = typeof record.name === 'string' && typeof record.fingerprint === 'string';
    return isWhole && typeof record.size === 'number' ? (record as OutputRecord) : undefined;
  } catch {
    return undefined;
  }
}

function keyOf(name: string, innerPath = ''): string {
  return JSON.stringify([name, innerPath]);
}

/** Undefined if there is nothing. */
function sizeOf(path: string): number | undefined {
  if (isSequence(path)) {
    const files = filesOfSequence(path);
    return files.length === 0 ? undefined : files.reduce((sum, file) => sum + statSync(file).size, 0);
  }
  const facts = pathFacts(path);
  if (!facts?.isDirectory()) return facts?.size;
  return readdirSync(path).reduce((sum, name) => sum + (sizeOf(join(path, name)) ?? 0), 0);
}
