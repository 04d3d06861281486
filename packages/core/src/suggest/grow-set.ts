import type { SuggestionContext } from '../contracts/suggestion-method.ts';

/** So many additions in a row may fail to improve the score; one more ends the search (spec §B.7). */
export const overshoot = 3;

/**
 * What a set of columns is worth: the share of samples it gets right, plus what is saved by leaving out the others (spec §B.7).
 * @param penalty c: how much of the score the smallest set is given over the set of all columns
 */
export function setScore(
  accuracy: number,
  size: number,
  { penalty, total }: { penalty: number; total: number },
): number {
  return accuracy + penalty * (1 - size / total);
}

/** Keeps the best of growing sets, and says when to stop. */
export class GrowingSet {
  best: readonly number[] = [];
  private bestScore = -Infinity;
  private failures = 0;

  /** @returns false if this was one addition too many */
  add(columns: readonly number[], score: number): boolean {
    if (score > this.bestScore) {
      this.bestScore = score;
      this.best = columns;
      this.failures = 0;
    } else this.failures++;
    return this.failures <= overshoot;
  }
}

/** The best prefix of an order of columns, most useful first. Some are scored ahead, so that all workers have work. */
export async function bestPrefix(
  order: readonly number[],
  penalty: number,
  { score, pool, onProgress }: Pick<SuggestionContext, 'score' | 'pool' | 'onProgress'>,
): Promise<readonly number[]> {
  const growing = new GrowingSet();
  const total = order.length;
  for (let size = 1; size <= total; ) {
    onProgress?.({ phase: 'Trying sets', done: size - 1, total, unit: 'features' });
    const count = Math.min(pool.size, total - size + 1);
    const sets = Array.from({ length: count }, (_, i) => order.slice(0, size + i));
    const scores = await score(sets);
    for (const [i, set] of sets.entries()) {
      if (!growing.add(set, setScore(scores[i]!, set.length, { penalty, total }))) return growing.best;
    }
    size += count;
  }
  return growing.best;
}
