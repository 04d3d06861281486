import * as fs from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { BrushwoodError, claimPartial } from '@brushwood/core';
import { attempt } from '../file-access.node.ts';
import type { StagingFolder, StagingOptions } from './staging-folder.ts';

const { mkdir, readFile, rename, rm, stat, writeFile } = fs;

/** In the staging folder while files get their names: which of those names were free, and the files for them. */
const publishingFile = '.publishing.json';

interface PublishedFile {
  readonly name: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/**
 * Makes the folder `PATH.partial`, in which files lie until all are finished; nobody else may write the same sequence meanwhile.
 * Of a writer that was killed nothing stays, also not the files it had given their names when others were still to come.
 * @throws 'already-exists' without `overwrite` if one of the files is there; 'locked'; 'write-failed'
 */
export async function createStagingFolder({ path, names, overwrite }: StagingOptions): Promise<StagingFolder> {
  const folder = dirname(path);
  const finals = names.map((name) => join(folder, name));
  const { partial, release } = await attempt(path, async () => {
    await mkdir(folder, { recursive: true });
    return claimPartial(path, { fs, process, host: hostname() });
  });
  const removePartial = () => rm(partial, { recursive: true, force: true });
  try {
    await attempt(path, async () => {
      await removeHalfPublished(partial, folder);
      await removePartial();
      await refuseExisting(finals, overwrite);
      await mkdir(partial);
    });
  } catch (error) {
    await release();
    throw error;
  }
  let isEnded = false;
  const end = async () => {
    if (isEnded) return;
    isEnded = true;
    await attempt(path, removePartial).finally(release);
  };
  return {
    pathOf: (name) => join(partial, name),
    async publish() {
      await refuseExisting(finals, overwrite);
      const isFree = await attempt(path, () => writeFreeNames(partial, folder, names));
      const published: string[] = [];
      try {
        for (const [i, name] of names.entries()) {
          await attempt(finals[i]!, () => rename(join(partial, name), finals[i]!));
          published.push(name);
        }
      } catch (error) {
        // What took the place of an older file stays: without it there would be neither.
        const added = published.filter((name) => isFree.has(name));
        await Promise.all(added.map((name) => rm(join(folder, name), { force: true })));
        throw error;
      }
      await end();
    },
    remove: end,
  };
}

/** Notes the files that will replace nothing, to know them again if this process is killed before all have their names. */
async function writeFreeNames(partial: string, folder: string, names: readonly string[]): Promise<ReadonlySet<string>> {
  const free: PublishedFile[] = [];
  for (const name of names) {
    if (await statOf(join(folder, name))) continue;
    const { size, mtimeMs } = await stat(join(partial, name));
    free.push({ name, size, mtimeMs });
  }
  const draft = join(partial, `${publishingFile}.draft`);
  await writeFile(draft, JSON.stringify(free));
  await rename(draft, join(partial, publishingFile));
  return new Set(free.map(({ name }) => name));
}

/** Removes what a killed writer had given its name, if it is as it was and other files had still to follow. */
async function removeHalfPublished(partial: string, folder: string): Promise<void> {
  const text = await readFile(join(partial, publishingFile), 'utf8').catch(() => undefined);
  const free = text === undefined ? [] : (JSON.parse(text) as PublishedFile[]);
  const moved: PublishedFile[] = [];
  for (const file of free) if (!(await statOf(join(partial, file.name)))) moved.push(file);
  if (moved.length === free.length) return; // all have their names: nothing was missing but the end
  for (const { name, size, mtimeMs } of moved) {
    const found = await statOf(join(folder, name));
    if (found?.size === size && found.mtimeMs === mtimeMs) await rm(join(folder, name), { force: true });
  }
}

async function statOf(path: string) {
  return stat(path).catch(() => undefined);
}

async function refuseExisting(paths: readonly string[], overwrite: boolean): Promise<void> {
  for (const path of overwrite ? [] : paths) {
    if (!(await statOf(path))) continue;
    throw new BrushwoodError('already-exists', `${path} exists already. Choose another name or allow to replace it.`, {
      path,
    });
  }
}
