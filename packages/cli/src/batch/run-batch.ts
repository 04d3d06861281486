import { BrushwoodError, isAbortError, type ErrorCode } from '@brushwood/core';
import type { Failure, Report } from '../report.ts';

export interface BatchOptions {
  readonly report: Report;
  /** End at the first failure. */
  readonly failFast?: boolean;
  /** Is this the only image of the run? Its failure is the command's then. */
  readonly isSingle?: boolean;
}

/** Failures that would meet every image. */
const runWide: readonly ErrorCode[] = ['class-missing', 'no-classifier', 'no-features', 'not-registered'];

/**
 * Works through a batch, one image after the other. An image that fails is told and listed, and the others go on.
 * @returns the failures
 * @throws 'aborted', and what is wrong with the run as a whole
 */
export async function runBatch<Item extends { readonly name: string }>(
  items: Iterable<Item>,
  work: (item: Item) => Promise<void>,
  { report, failFast, isSingle }: BatchOptions,
): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  for (const item of items) {
    try {
      await work(item);
    } catch (error) {
      const isRunWide = error instanceof BrushwoodError && runWide.includes(error.code);
      if (isSingle || isRunWide || isAbortError(error)) throw error;
      failures.push(report.failure(item.name, error));
      if (failFast) break;
    }
  }
  return failures;
}

/** The failures once more, at the end, where they are not lost among other words. */
export function listFailures(failures: readonly Failure[], report: Report): void {
  if (failures.length === 0) return;
  const lines = failures.map(({ input, message }) => `  ${input}: ${message}`);
  report.remark(`${failures.length} of the images failed:\n${lines.join('\n')}`);
}
