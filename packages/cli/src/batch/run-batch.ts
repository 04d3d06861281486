import { BrushwoodError, isAbortError, type ErrorCode } from '@brushwood/core';
import type { Failure, Report } from '../report.ts';

export interface BatchOptions {
  readonly report: Pick<Report, 'failure'>;
  /** End at the first failure. */
  readonly failFast?: boolean;
  /** Is this the only image of the run? Its failure is the command's then. */
  readonly isSingle?: boolean;
  /** How many images to work on at once; asked before each. Default one. */
  readonly atOnce?: () => number;
}

/** Failures that would meet every image. */
const runWide: readonly ErrorCode[] = ['class-missing', 'no-classifier', 'no-features', 'not-registered'];

/**
 * Works through a batch, images begun in their order. An image that fails is told and listed, and the others go on.
 * @returns the failures, as they came
 * @throws 'aborted', and what is wrong with the run as a whole
 */
export async function runBatch<Item extends { readonly name: string }>(
  items: Iterable<Item>,
  work: (item: Item, index: number) => Promise<void>,
  { report, failFast, isSingle, atOnce = () => 1 }: BatchOptions,
): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  const ends: { error: unknown }[] = [];
  let isOver = false;
  const runOne = async (item: Item, index: number) => {
    try {
      await work(item, index);
    } catch (error) {
      const isRunWide = error instanceof BrushwoodError && runWide.includes(error.code);
      if (isSingle || isRunWide || isAbortError(error)) ends.push({ error });
      else failures.push(report.failure(item.name, error));
      isOver ||= ends.length > 0 || failFast === true;
    }
  };
  const running = new Set<Promise<void>>();
  let index = 0;
  for (const item of items) {
    const one = runOne(item, index++).finally(() => running.delete(one));
    running.add(one);
    while (running.size >= Math.max(1, atOnce())) await Promise.race(running);
    if (isOver) break;
  }
  await Promise.all(running);
  if (ends[0]) throw ends[0].error;
  return failures;
}

/** The failures once more, at the end, where they are not lost among other words. */
export function listFailures(failures: readonly Failure[], report: Report): void {
  if (failures.length === 0) return;
  const lines = failures.map(({ input, message }) => `  ${input}: ${message}`);
  report.remark(`${failures.length} of the images failed:\n${lines.join('\n')}`);
}
