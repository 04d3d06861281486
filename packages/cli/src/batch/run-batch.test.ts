import { BrushwoodError } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../report.ts';
import { runBatch, type BatchOptions } from './run-batch.ts';

const items = Array.from({ length: 9 }, (_, i) => ({ name: `image ${i}` }));
const soon = () => new Promise((resolve) => setTimeout(resolve, 1));

/** Runs the items, some of which fail, and tells how many were in work at once. */
async function run(
  errors: Readonly<Record<number, Error>> = {},
  options: Partial<BatchOptions> = {},
): Promise<{ done: number[]; most: number; failures: readonly string[] }> {
  const done: number[] = [];
  let [inWork, most] = [0, 0];
  const work = async (_: object, index: number) => {
    most = Math.max(most, ++inWork);
    await soon();
    inWork--;
    if (errors[index]) throw errors[index];
    done.push(index);
  };
  const failures = await runBatch(items, work, { report: { failure: failureOf }, ...options });
  return { done, most, failures: failures.map(({ input }) => input) };
}
const broken = new BrushwoodError('broken-file', 'It ends too early.');

describe('runBatch', () => {
  it('goes on after images that fail, and lists them', async () => {
    const { done, failures } = await run({ 2: broken, 5: broken });
    expect(done).toEqual([0, 1, 3, 4, 6, 7, 8]);
    expect(failures).toEqual(['image 2', 'image 5']);
  });

  it('works on as many images at once as it is told, one by default', async () => {
    expect((await run()).most).toBe(1);
    const { done, most } = await run({}, { atOnce: () => 3 });
    expect(most).toBe(3);
    expect(done.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    let asked = 0;
    expect((await run({}, { atOnce: () => (asked++ < 3 ? 1 : 2) })).most).toBe(2);
  });

  it('begins no more images after the first failure if told so', async () => {
    const { done, failures } = await run({ 1: broken }, { failFast: true });
    expect([done, failures]).toEqual([[0], ['image 1']]);
  });

  it('ends with what is wrong with the run as a whole, when the images in work have come to their end', async () => {
    const untrained = new BrushwoodError('no-classifier', 'Train first.');
    for (const atOnce of [1, 3]) {
      await expect(run({ 1: untrained }, { atOnce: () => atOnce })).rejects.toThrow('Train first.');
    }
    const single = runBatch(items.slice(0, 1), () => Promise.reject(broken), {
      report: { failure: failureOf },
      isSingle: true,
    });
    await expect(single).rejects.toThrow('It ends too early.');
  });
});
