import * as fs from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { BrushwoodError, claimPartial, messageOf } from '@brushwood/core';
import type { StagingFolder, StagingOptions } from './staging-folder.ts';

const { mkdir, rename, rm, stat } = fs;

/**
 * Makes the folder `PATH.partial`, in which files lie until all are finished; nobody else may write the same sequence meanwhile.
 * @throws 'already-exists' without `overwrite` if one of the files is there; 'locked'; 'write-failed'
 */
export async function createStagingFolder({ path, names, overwrite }: StagingOptions): Promise<StagingFolder> {
  const folder = dirname(path);
  const finals = names.map((name) => join(folder, name));
  await refuseExisting(finals, overwrite);
  const { partial, release } = await attempt(path, async () => {
    await mkdir(folder, { recursive: true });
    return claimPartial(path, { fs, process, host: hostname() });
  });
  const removePartial = () => rm(partial, { recursive: true, force: true });
  try {
    await attempt(path, async () => {
      await removePartial(); // of a writer that was killed
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
      const published: string[] = [];
      try {
        for (const [i, name] of names.entries()) {
          await attempt(finals[i]!, () => rename(join(partial, name), finals[i]!));
          published.push(finals[i]!);
        }
      } catch (error) {
        await Promise.all(published.map((file) => rm(file, { force: true })));
        throw error;
      }
      await end();
    },
    remove: end,
  };
}

async function refuseExisting(paths: readonly string[], overwrite: boolean): Promise<void> {
  for (const path of overwrite ? [] : paths) {
    const isThere = await stat(path).then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    throw new BrushwoodError('already-exists', `${path} exists already. Choose another name or allow to replace it.`, {
      path,
    });
  }
}

async function attempt<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof BrushwoodError) throw error;
    throw new BrushwoodError(
      'write-failed',
      `${path} cannot be written: ${messageOf(error)}. Check the folder, its permissions and the free space.`,
      { path },
      { cause: error },
    );
  }
}
