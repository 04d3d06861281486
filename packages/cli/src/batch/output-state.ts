import { BrushwoodError, parseImagePath, writableFormats, type Catalog } from '@brushwood/core';
import { writtenFingerprint } from '@brushwood/io-zarr';
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { JobOutput } from '../commands/predict-jobs.ts';
import type { OutputPlace, RunJournal } from './run-journal.ts';

/** File and dataset of an output, absolute. */
export function placeOf(catalog: Catalog, { path }: Pick<JobOutput, 'path'>): OutputPlace {
  const { path: file, innerPath } = parseImagePath(path, writableFormats(catalog.formats));
  return { path: resolve(file), innerPath };
}

/**
 * Is an output finished, made with the same settings? False if it is to be written.
 * @throws 'other-settings' for a finished one of other settings, 'already-exists' for a file nothing is known of
 */
export async function isFinished(place: OutputPlace, journal: RunJournal, fingerprint: string): Promise<boolean> {
  const known = journal.recordOf(place)?.fingerprint ?? (await keptFingerprint(place, journal));
  if (known === fingerprint) return true;
  if (known !== undefined) {
    throw new BrushwoodError(
      'other-settings',
      `"${place.path}" is there already, made of another image, classifier or with other options. Name another file with -o, or use ` +
        '--force to replace it.',
      { path: place.path },
    );
  }
  checkUnknown(place);
  return false;
}

/**
 * OME-Zarr keeps the fingerprint itself, so that it is known also where the journal was left behind, or its writer ended just
 * before it took note. Where the journal knows another size, something is lost, and the image is not finished.
 */
export async function keptFingerprint(place: OutputPlace, journal: RunJournal): Promise<string | undefined> {
  if (journal.entryOf(place) || !existsSync(place.path) || !statSync(place.path).isDirectory()) return undefined;
  return writtenFingerprint(place).catch(() => undefined);
}

/**
 * A folder may be an unfinished image, and a file may lack the dataset; their formats know.
 * @throws 'already-exists' for a file that no run here has written
 */
export function checkUnknown({ path, innerPath }: OutputPlace): void {
  if (innerPath !== undefined || !existsSync(path) || !statSync(path).isFile()) return;
  throw new BrushwoodError(
    'already-exists',
    `"${path}" exists already. Name another file with -o, or use --force to replace it.`,
    { path },
  );
}
