import type { Labeling } from './labeling.ts';

/** Resolves when live update has nothing more to do, or after the time given. */
export async function whenSettled(labeling: Labeling, timeoutMs: number): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (labeling.isLive && labeling.isBusy && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
