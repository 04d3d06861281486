import { BrushwoodError, outputFormat, parseImagePath, writableFormats, type Catalog } from '@brushwood/core';
import { writtenFingerprint } from '@brushwood/io-zarr';
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { JobOutput } from '../commands/predict-jobs.ts';
import { timeOf, type OutputPlace, type RunJournal } from './run-journal.ts';
import { pathFacts } from '../path-facts.ts';

/** File and dataset of an output, absolute. */
export function placeOf(catalog: Catalog, { path }: Pick<JobOutput, 'path'>): OutputPlace {
  const { path: file, innerPath } = parseImagePath(path, writableFormats(catalog.formats));
  return { path: resolve(file), innerPath };
}

/**
 * Is an output finished, made with the same settings? False if it is to be written.
 * @throws 'other-settings' for a finished one of other settings, 'already-exists' for a file nothing is known of
 */
export async function isFinished(
  catalog: Catalog,
  place: OutputPlace,
  { journal, fingerprint }: { journal: RunJournal; fingerprint: string },
): Promise<boolean> {
  const known = await knownFingerprint(catalog, place, journal);
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

/** Undefined if nothing finished is there, or nothing is known of it. */
async function knownFingerprint(
  catalog: Catalog,
  place: OutputPlace,
  journal: RunJournal,
): Promise<string | undefined> {
  const record = journal.recordOf(place);
  if (!record) return keptFingerprint(place, journal);
  if (place.innerPath === undefined) return record.fingerprint;
  if (isFolder(place.path)) return writtenFingerprint(place);
  return (await holdsDataset(catalog, place)) ? record.fingerprint : undefined;
}

async function holdsDataset({ formats }: Catalog, { path, innerPath }: OutputPlace): Promise<boolean> {
  const format = outputFormat(formats, { path });
  // What cannot be listed cannot be added to either: its format says why.
  const datasets = (await format.list?.({ path }).catch(() => [])) ?? [];
  return datasets.some((dataset) => plainPath(dataset.innerPath) === plainPath(innerPath));
}

function isFolder(path: string): boolean {
  return pathFacts(path)?.isDirectory() ?? false;
}

function plainPath(path = ''): string {
  return path.replace(/^\/+|\/+$/g, '');
}

/**
 * OME-Zarr keeps the fingerprint itself, so that it is known also where the journal was left behind, or its writer ended just
 * before it took note. Where the journal knows another size of this very image, something is lost, and it is not finished; a note that is
 * older than the image is of one that was there before.
 */
export async function keptFingerprint(place: OutputPlace, journal: RunJournal): Promise<string | undefined> {
  if (!isFolder(place.path) || !isFolder(join(place.path, place.innerPath ?? ''))) return undefined;
  const noted = journal.entryOf(place)?.mtime;
  if (noted !== undefined && noted >= timeOf(place)) return undefined;
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
