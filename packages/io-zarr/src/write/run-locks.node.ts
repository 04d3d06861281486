import * as fs from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BrushwoodError, fileLockHolder, type LockHolder, takeFileLock } from '@brushwood/core';

const system = { fs, process, host: hostname() };

/** After how long without a sign of life a holder on another machine counts as dead. */
const deadAfterMs = 300_000;
/** The same for a turn: it takes milliseconds, and shows life if it takes longer. */
const turnDeadAfterMs = 60_000;
/** Longest wait for another process that looks at the same image. Looking takes milliseconds. */
const turnTimeoutMs = 30_000;

export interface RunLock {
  release(): Promise<void>;
}

/** Takes a lock, or tells who holds it. */
export async function takeRunLock(path: string): Promise<RunLock | { readonly holder: LockHolder }> {
  return takeFileLock(path, system, { deadAfterMs });
}

/** Who holds a lock, if that process lives. */
export async function runLockHolder(path: string): Promise<LockHolder | undefined> {
  return fileLockHolder(path, system);
}

/** Locks of the parts of a run that are held, with their index and count. */
export async function heldParts(folder: string): Promise<{ index: number; count: number; holder: LockHolder }[]> {
  const held = [];
  for (const name of await fs.readdir(folder).catch(() => [])) {
    const found = /^part-(\d+)-of-(\d+)\.lock$/.exec(name);
    const holder = found && (await runLockHolder(join(folder, name)));
    if (holder) held.push({ index: Number(found[1]) - 1, count: Number(found[2]), holder });
  }
  return held;
}

/** Name of the lock of a part; people count from 1. */
export function partLockName({ index, count }: { index: number; count: number }): string {
  return `part-${index + 1}-of-${count}.lock`;
}

/** Does something while no other process looks at the same image. */
export async function inTurn<T>(path: string, action: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + turnTimeoutMs;
  for (;;) {
    const lock = await takeFileLock(path, system, { deadAfterMs: turnDeadAfterMs });
    if (!('holder' in lock)) {
      try {
        return await action();
      } finally {
        await lock.release();
      }
    }
    if (Date.now() > deadline) {
      throw new BrushwoodError(
        'locked',
        `"${path}" has been held by process ${lock.holder.pid} on ${lock.holder.host} for long. If that no longer runs, remove the file.`,
        { path, pid: lock.holder.pid, host: lock.holder.host },
      );
    }
    await sleep(5 + Math.random() * 20);
  }
}
