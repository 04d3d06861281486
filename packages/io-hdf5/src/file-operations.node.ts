import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join, basename } from 'node:path';
import { claimPartial, fileLockHolder, takeFileLock } from '@brushwood/core';
import type { FileOperations } from './hdf5-runtime.ts';
import { matchingFiles } from './matching-files.node.ts';

const { chmod, copyFile, link, open, realpath, rename, rm, stat } = fs;
const lockSystem = { fs, process, host: hostname() };

export const nodeFiles: FileOperations = {
  async realPath(path) {
    try {
      return await realpath(path);
    } catch {
      // The file does not exist yet; its folder may still be reached through a link.
      return join(await realpath(dirname(path)), basename(path));
    }
  },
  remove: (path) => rm(path, { force: true }),
  copy: (from, to) => copyFile(from, to, fs.constants.COPYFILE_FICLONE),
  flush: (path) => synchronize(path, 'r+'),
  replace,
  lock: (path) => takeFileLock(path, lockSystem),
  lockHolder: (path) => fileLockHolder(path, lockSystem),
  matchingFiles,
  claimPartial: (target) => claimPartial(target, lockSystem),
};

async function synchronize(path: string, flags: string): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function replace(partial: string, target: string, backup?: string): Promise<void> {
  const old = await stat(target).catch(() => undefined);
  if (old) await chmod(partial, old.mode);
  if (old && backup) {
    const next = `${backup}.${randomUUID()}`;
    try {
      await link(target, next).catch(() => copyFile(target, next)); // not every file system has hard links
      await rename(next, backup);
    } finally {
      await rm(next, { force: true });
    }
  }
  await rename(partial, target);
  // Windows cannot open a folder; the rename is as durable there as it gets.
  await synchronize(dirname(target), 'r').catch(() => undefined);
}
