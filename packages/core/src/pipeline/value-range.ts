import type { Volume } from '../contracts/filter-engine.ts';

/** Smallest and largest value. */
export type ValueRange = readonly [number, number];

export function rangeOf(channels: readonly Volume[]): ValueRange {
  let [low, high] = [Infinity, -Infinity];
  for (const { data } of channels) {
    for (let i = 0; i < data.length; i++) {
      const value = data[i]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

export function joinRanges(a: ValueRange | undefined, b: ValueRange | undefined): ValueRange | undefined {
  if (!a || !b) return a ?? b;
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}
