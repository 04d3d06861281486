import { randomUUID } from 'node:crypto';
import { chmod, copyFile, link, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join, basename } from 'node:path';
import type { FileOperations, LockHolder, LockResult } from './hdf5-runtime.ts';

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
  flush: (path) => synchronize(path, 'r+'),
  replace,
  lock,
  async lockHolder(path) {
    const entry = await readLock(path);
    return entry && isAlive(entry) ? holderOf(entry) : undefined;
  },
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

/** What a lock file holds, as JSON. */
interface LockEntry {
  readonly pid: number;
  readonly host: string;
  /** When the process began, milliseconds since 1970: tells it from a later one that got the same number. */
  readonly startedAt: number;
  readonly token: string;
}

const processStart = Date.now() - process.uptime() * 1000;
const clockSlackMs = 5000;

async function lock(path: string): Promise<LockResult> {
  const entry: LockEntry = {
    pid: process.pid,
    host: hostname(),
    startedAt: Math.round(processStart),
    token: randomUUID(),
  };
  for (let attempt = 0; attempt < 5; attempt++) {
    if (await createLock(path, entry)) return { release: () => releaseLock(path, entry) };
    const found = await readLock(path);
    if (found && isAlive(found)) return { holder: holderOf(found) };
    await removeStale(path, found);
  }
  const found = await readLock(path);
  return { holder: found ? holderOf(found) : { pid: 0, host: 'unknown', isOwn: false } };
}

/** The file appears with its content: a half-written lock would look like a stale one. */
async function createLock(path: string, entry: LockEntry): Promise<boolean> {
  const draft = `${path}.${entry.token}`;
  await writeFile(draft, JSON.stringify(entry), { flag: 'wx' });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    return await writeFile(path, JSON.stringify(entry), { flag: 'wx' }).then(
      () => true,
      (second: NodeJS.ErrnoException) => {
        if (second.code === 'EEXIST') return false;
        throw second;
      },
    );
  } finally {
    await rm(draft, { force: true });
  }
}

async function releaseLock(path: string, entry: LockEntry): Promise<void> {
  if ((await readLock(path))?.token === entry.token) await rm(path, { force: true });
}

/** Moves a dead lock away first, so that two takers cannot both remove it and then one the other's new lock. */
async function removeStale(path: string, seen: LockEntry | undefined): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return; // another taker was faster
  }
  const moved = await readLock(aside);
  if (moved && moved.token !== seen?.token && isAlive(moved)) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function readLock(path: string): Promise<LockEntry | undefined> {
  try {
    const entry = JSON.parse(await readFile(path, 'utf8')) as LockEntry;
    return typeof entry.pid === 'number' && typeof entry.host === 'string' ? entry : undefined;
  } catch {
    return undefined; // no lock, or not one of ours
  }
}

function isAlive(entry: LockEntry): boolean {
  if (entry.host !== hostname()) return true; // cannot be known from here
  if (entry.pid === process.pid) return isOwn(entry);
  try {
    process.kill(entry.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isOwn(entry: LockEntry): boolean {
  return (
    entry.host === hostname() && entry.pid === process.pid && Math.abs(entry.startedAt - processStart) < clockSlackMs
  );
}

function holderOf(entry: LockEntry): LockHolder {
  return { pid: entry.pid, host: entry.host, isOwn: isOwn(entry) };
}
