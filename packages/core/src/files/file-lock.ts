import { BrushwoodError } from '../errors.ts';

/** What a lock needs of the platform: in Node `node:fs/promises`, `process` and `hostname()` as they are. */
export interface LockSystem {
  readonly fs: {
    writeFile(path: string, text: string, options: { flag: 'wx' | 'w' }): Promise<unknown>;
    readFile(path: string, encoding: 'utf8'): Promise<string>;
    /** Fails if `to` exists. */
    link(from: string, to: string): Promise<unknown>;
    rename(from: string, to: string): Promise<unknown>;
    rm(path: string, options: { force: true }): Promise<unknown>;
    stat(path: string): Promise<{ readonly mtimeMs: number }>;
  };
  readonly process: { readonly pid: number; uptime(): number; kill(pid: number, signal: 0): unknown };
  readonly host: string;
}

export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** True for a lock of this very process. */
  readonly isOwn: boolean;
}

export type LockResult =
  /** `isTakenOver`: its former holder ended without giving it back. */
  { readonly release: () => Promise<void>; readonly isTakenOver: boolean } | { readonly holder: LockHolder };

export interface LockOptions {
  /**
   * Of a process on another machine nobody can see whether it runs. With this a lock shows that its holder lives, by touching
   * `NAME.alive` every 20 s, and without such a sign for so long it counts as given up there. Much longer than 20 s, please.
   */
  readonly deadAfterMs?: number;
}

/** What a lock file holds, as JSON. */
interface LockEntry {
  readonly pid: number;
  readonly host: string;
  /** When the process began, milliseconds since 1970: tells it from a later one that got the same number. */
  readonly startedAt: number;
  readonly token: string;
  readonly deadAfterMs?: number;
}

const clockSlackMs = 5000;
const signOfLifeMs = 20_000;
/** A network may be away for minutes. */
const partialDeadAfterMs = 300_000;

/** Creates a lock file, in place of one whose process ended, or tells who holds it. */
export async function takeFileLock(
  path: string,
  system: LockSystem,
  { deadAfterMs }: LockOptions = {},
): Promise<LockResult> {
  const { process, host, fs } = system;
  const token = crypto.randomUUID();
  const entry: LockEntry = { pid: process.pid, host, startedAt: startOf(process), token, deadAfterMs };
  let isTakenOver = false;
  for (let attempt = 0; attempt < 5; attempt++) {
    if (await createLock(path, entry, fs)) {
      const endSigns = deadAfterMs === undefined ? undefined : showLife(path, entry, fs);
      return { isTakenOver, release: () => releaseLock(path, entry, { fs, endSigns }) };
    }
    const found = await readLock(path, fs);
    if (found && (await isAlive(found, path, system))) return { holder: holderOf(found, system) };
    await removeStale(path, found, system);
    isTakenOver = true;
  }
  const found = await readLock(path, fs);
  return { holder: found ? holderOf(found, system) : { pid: 0, host: 'unknown', isOwn: false } };
}

/** Who holds a lock, if a living process does. */
export async function fileLockHolder(path: string, system: LockSystem): Promise<LockHolder | undefined> {
  const entry = await readLock(path, system.fs);
  return entry && (await isAlive(entry, path, system)) ? holderOf(entry, system) : undefined;
}

/**
 * Makes `NAME.partial` the caller's until `release`: `NAME.partial.lock` says whose it is, also after a crash. What is left
 * of a writer that ended half-way may be overwritten.
 * @throws 'locked' while another sink, here or in another process, writes the same file; 'already-exists' if a file of
 * that name is not known to be an unfinished one
 */
export async function claimPartial(
  target: string,
  system: LockSystem,
): Promise<{ readonly partial: string; readonly release: () => Promise<void> }> {
  const partial = `${target}.partial`;
  const lock = await takeFileLock(`${partial}.lock`, system, { deadAfterMs: partialDeadAfterMs });
  if ('holder' in lock) throw lockedError(target, lock.holder);
  const isThere = await system.fs.stat(partial).then(
    () => true,
    () => false,
  );
  if (!isThere || lock.isTakenOver) return { partial, release: lock.release };
  await lock.release();
  throw new BrushwoodError(
    'already-exists',
    `"${target}" is written as "${partial}" first, but there is such a file, and nothing says that it is an unfinished one. ` +
      'Rename or remove it, or choose another name.',
    { path: target, partial },
  );
}

function lockedError(target: string, { pid, host, isOwn }: LockHolder): BrushwoodError {
  return new BrushwoodError(
    'locked',
    `"${target}" is being written by ${isOwn ? 'this process already' : `process ${pid} on ${host}`}. Wait until it is done, or choose ` +
      `another name. If that process no longer runs, remove "${target}.partial.lock".`,
    { path: target, pid, host },
  );
}

/** The file appears with its content: a half-written lock would look like a stale one. */
async function createLock(path: string, entry: LockEntry, fs: LockSystem['fs']): Promise<boolean> {
  const draft = `${path}.${entry.token}`;
  const text = JSON.stringify(entry);
  await fs.writeFile(draft, text, { flag: 'wx' });
  try {
    await fs.link(draft, path);
    return true;
  } catch (error) {
    if (isThere(error)) return false;
    // Not every file system has hard links.
    return await fs.writeFile(path, text, { flag: 'wx' }).then(
      () => true,
      (second: unknown) => {
        if (isThere(second)) return false;
        throw second;
      },
    );
  } finally {
    await fs.rm(draft, { force: true });
  }
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

async function releaseLock(
  path: string,
  entry: LockEntry,
  { fs, endSigns }: { fs: LockSystem['fs']; endSigns?: () => Promise<void> },
): Promise<void> {
  await endSigns?.();
  if ((await readLock(path, fs))?.token === entry.token) await fs.rm(path, { force: true });
}

/** The first sign is the lock itself. */
function showLife(path: string, { token }: LockEntry, fs: LockSystem['fs']): () => Promise<void> {
  let touching: Promise<unknown> | undefined;
  const touch = async () => {
    if ((await readLock(path, fs))?.token === token) await fs.writeFile(aliveFile(path), '', { flag: 'w' });
  };
  const timer = setInterval(() => (touching = touch().catch(() => undefined)), signOfLifeMs); // the next one may succeed
  const handle: unknown = timer; // in Node an object
  if (handle instanceof Object && 'unref' in handle) (handle as { unref(): void }).unref();
  return async () => {
    clearInterval(timer);
    if (!touching) return;
    await touching;
    const isOurs = (await readLock(path, fs))?.token === token;
    if (isOurs) await fs.rm(aliveFile(path), { force: true });
  };
}

function aliveFile(path: string): string {
  return `${path}.alive`;
}

/** Moves a dead lock away first, so that two takers cannot both remove it and then one the other's new lock. */
async function removeStale(path: string, seen: LockEntry | undefined, system: LockSystem): Promise<void> {
  const { fs } = system;
  const aside = `${path}.${crypto.randomUUID()}`;
  try {
    await fs.rename(path, aside);
  } catch {
    return; // another taker was faster
  }
  const moved = await readLock(aside, fs);
  const isOther = moved && moved.token !== seen?.token;
  if (isOther && (await isAlive(moved, aside, system))) await fs.link(aside, path).catch(() => undefined);
  else await fs.rm(aliveFile(path), { force: true });
  await fs.rm(aside, { force: true });
}

async function readLock(path: string, fs: LockSystem['fs']): Promise<LockEntry | undefined> {
  try {
    const entry = JSON.parse(await fs.readFile(path, 'utf8')) as LockEntry;
    return typeof entry.pid === 'number' && typeof entry.host === 'string' ? entry : undefined;
  } catch {
    return undefined; // no lock, or not one of ours
  }
}

async function isAlive(entry: LockEntry, path: string, system: LockSystem): Promise<boolean> {
  if (entry.host !== system.host) return showsLife(entry, path, system.fs);
  if (entry.pid === system.process.pid) return isOwn(entry, system);
  try {
    system.process.kill(entry.pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Of a process on another machine; without signs it cannot be known from here. */
async function showsLife({ deadAfterMs }: LockEntry, path: string, fs: LockSystem['fs']): Promise<boolean> {
  if (deadAfterMs === undefined) return true;
  const timeOf = (file: string) =>
    fs.stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => -Infinity,
    );
  const last = Math.max(await timeOf(path), await timeOf(aliveFile(path)));
  const now = await fileSystemTime(path, fs).catch(() => -Infinity); // a folder that is read-only
  return last === -Infinity || now - last <= deadAfterMs;
}

/** The time of the machine that holds the files: clocks differ. */
async function fileSystemTime(beside: string, fs: LockSystem['fs']): Promise<number> {
  const probe = `${beside}.${crypto.randomUUID()}`;
  await fs.writeFile(probe, '', { flag: 'wx' });
  try {
    return (await fs.stat(probe)).mtimeMs;
  } finally {
    await fs.rm(probe, { force: true });
  }
}

function isOwn({ host, pid, startedAt }: LockEntry, system: LockSystem): boolean {
  const { process } = system;
  return host === system.host && pid === process.pid && Math.abs(startedAt - startOf(process)) < clockSlackMs;
}

function startOf(process: LockSystem['process']): number {
  return Math.round(Date.now() - process.uptime() * 1000);
}

function holderOf(entry: LockEntry, system: LockSystem): LockHolder {
  return { pid: entry.pid, host: entry.host, isOwn: isOwn(entry, system) };
}
