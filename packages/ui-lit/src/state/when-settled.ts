import { throwIfAborted } from '@brushwood/core';
import type { Labeling } from './labeling.ts';

/** Resolves when live update has nothing more to do, or after the time given. @throws 'aborted' */
export async function whenSettled(
  labeling: Pick<Labeling, 'isLive' | 'isBusy'>,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (labeling.isLive && labeling.isBusy && performance.now() < end) {
    throwIfAborted(signal);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throwIfAborted(signal);
}
