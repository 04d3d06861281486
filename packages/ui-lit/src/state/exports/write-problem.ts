import { BrushwoodError } from '@brushwood/core';

/** Below so many bytes it is the browser's limit that was reached. */
const almostFull = 50e6;

/**
 * Says before anything is written that it has no room. What the browser tells is an upper bound: it may still fail later.
 * @throws 'write-failed'
 */
export async function checkRoom(bytes: number): Promise<void> {
  const { quota, usage } = await navigator.storage.estimate();
  if (quota === undefined || usage === undefined || usage + bytes <= quota) return;
  const free = Math.max(0, quota - usage);
  throw noRoom(`${size(bytes)} are needed, and the browser may write ${size(free)} more`, free);
}

/** An error that says why nothing can be written any more, for what the browser calls a quota. Others stay as they are. */
export async function explainWriteFailure(error: unknown): Promise<unknown> {
  if (!isFull(error)) return error;
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  const free = Math.max(0, quota - usage);
  // What the browser allows goes by the size of the disk, not by what is free on it.
  const where =
    free > almostFull
      ? `the disk is full (the browser itself would allow ${size(free)} more)`
      : `the browser may write only ${size(free)} more`;
  return noRoom(where, free, error);
}

/** Would every other image of a run fail like this? */
export function isEndOfRun(error: unknown): boolean {
  if (!(error instanceof BrushwoodError)) return false;
  return error.details['isFull'] === true || error.details['isRevoked'] === true;
}

function isFull(error: unknown): boolean {
  if (error instanceof BrushwoodError && error.details['isFull'] === true) return true;
  if (!(error instanceof Error)) return false;
  return error.name === 'QuotaExceededError' || (error.cause !== undefined && isFull(error.cause));
}

function noRoom(why: string, free: number, cause?: unknown): BrushwoodError {
  return new BrushwoodError(
    'write-failed',
    `There is no room for the files: ${why}. What was finished is kept, and nothing half-written is left. Free some space, write ` +
      'fewer images at once, a part of the image, or 8-bit values.',
    { isFull: true, free },
    { cause },
  );
}

function size(bytes: number): string {
  const [unit, value] = bytes >= 1e9 ? ['GB', bytes / 1e9] : bytes >= 1e6 ? ['MB', bytes / 1e6] : ['kB', bytes / 1e3];
  return `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;
}
