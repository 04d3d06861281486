import { BrushwoodError, type LockHolder, type ProjectLocation } from '@brushwood/core';
import { runtime } from '#hdf5-runtime';
import type { FileOperations } from '../hdf5-runtime.ts';

/** Takes the write lock `NAME.ilp.lock`; see `ProjectStore.lock`. */
export async function lockProject(location: ProjectLocation): Promise<{ release(): Promise<void> }> {
  const { files } = runtime;
  if (!files) {
    throw new BrushwoodError('unsupported', `"${location.path}" lies in no folder that could hold a lock.`, {
      path: location.path,
    });
  }
  return takeLock(files, await files.realPath(runtime.absolutePath(location.path)));
}

/** Runs a save under the lock: that of this process if it holds one already, else one for the time of the save. */
export async function withLock<T>(files: FileOperations, target: string, work: () => Promise<T>): Promise<T> {
  if ((await files.lockHolder(`${target}.lock`))?.isOwn) return work();
  const lock = await takeLock(files, target);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

async function takeLock(files: FileOperations, target: string): Promise<{ release(): Promise<void> }> {
  let result: Awaited<ReturnType<FileOperations['lock']>>;
  try {
    result = await files.lock(`${target}.lock`);
  } catch (error) {
    throw new BrushwoodError(
      'write-failed',
      `"${target}" cannot be locked: its folder is missing or read-only.`,
      { path: target },
      { cause: error },
    );
  }
  if ('release' in result) return { release: result.release };
  throw lockedError(target, result.holder);
}

function lockedError(target: string, { pid, host }: LockHolder): BrushwoodError {
  return new BrushwoodError(
    'locked',
    `"${target}" is being edited by process ${pid} on ${host}. Close it there, or remove "${target}.lock" if that ` +
      'computer no longer runs.',
    { path: target, pid, host },
  );
}
