/** How often intensities occur, in bins of equal width. */
export interface Histogram {
  /** The lowest and the highest intensity. */
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
}

/** At most so many values are looked at, at even steps. */
const mostSamples = 1 << 18;

/** The histogram of finite values; undefined without any. The highest value is in the last bin. */
export function histogramOf(parts: readonly Float64Array[], bins: number): Histogram | undefined {
  const total = parts.reduce((sum, { length }) => sum + length, 0);
  const step = Math.max(1, Math.ceil(total / mostSamples));
  let [low, high] = [Infinity, -Infinity];
  const each = (use: (value: number) => void) => {
    for (const part of parts) {
      for (let i = 0; i < part.length; i += step) if (Number.isFinite(part[i])) use(part[i]!);
    }
  };
  each((value) => {
    if (value < low) low = value;
    if (value > high) high = value;
  });
  if (low > high) return undefined;
  const counts = Array<number>(bins).fill(0);
  const scale = high > low ? bins / (high - low) : 0;
  each((value) => counts[Math.min(bins - 1, Math.floor((value - low) * scale))]!++);
  return { low, high, counts };
}

/**
 * The intensity that parts a histogram into two classes with the largest variance between them: the border between two bins.
 *
 * Source: Otsu, "A Threshold Selection Method from Gray-Level Histograms", IEEE Trans. Systems, Man, and Cybernetics 9 (1979).
 */
export function otsuThreshold({ low, high, counts }: Histogram): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const moment = counts.reduce((sum, count, bin) => sum + count * bin, 0);
  let [below, momentBelow] = [0, 0];
  const best = { spread: -1, from: 1, to: 1 };
  counts.slice(0, -1).forEach((count, bin) => {
    below += count;
    momentBelow += count * bin;
    if (below === 0 || below === total) return;
    const distance = momentBelow / below - (moment - momentBelow) / (total - below);
    const spread = below * (total - below) * distance * distance;
    if (spread > best.spread) Object.assign(best, { spread, from: bin + 1, to: bin + 1 });
    else if (spread === best.spread) best.to = bin + 1; // a gap: its middle
  });
  return low + (((best.from + best.to) / 2) * (high - low)) / counts.length;
}
