const collator = new Intl.Collator('en', { numeric: true });

/** Numbers in names count as numbers: `slice_9` before `slice_10`. The same order on every machine. */
export function naturalOrder(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}
