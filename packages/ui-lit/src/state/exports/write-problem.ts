import { BrushwoodError } from '@brushwood/core';

/**
 * Says before anything is written that it has no room. What the browser tells is an upper bound: it may still fail later.
 * @throws 'write-failed'
 */
export async function checkRoom(bytes: number): Promise<void> {
  const { quota, usage } = await navigator.storage.estimate();
  if (quota === undefined || usage === undefined || usage + bytes <= quota) return;
  throw noRoom(`${size(bytes)} are needed`, quota - usage);
}

/** An error that says why nothing can be written any more, for what the browser calls a quota. Others stay as they are. */
export async function explainWriteFailure(error: unknown): Promise<unknown> {
  if (!isFull(error)) return error;
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  return noRoom('The disk, or what the browser may use of it, is full', Math.max(0, quota - usage), error);
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
    `There is no room for the files: ${why}, and ${size(free)} are free. What was finished is kept, nothing half-written is left. Free some space, ` +
      'write fewer images at once, a part of the image, or 8-bit values.',
    { isFull: true, free },
    { cause },
  );
}

function size(bytes: number): string {
  const [unit, value] = bytes >= 1e9 ? ['GB', bytes / 1e9] : bytes >= 1e6 ? ['MB', bytes / 1e6] : ['kB', bytes / 1e3];
  return `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;
}
