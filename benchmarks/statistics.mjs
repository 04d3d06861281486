// Medians with their spread.

/** @param {number[]} values */
export function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1), runs: values.length };
}

/** `0.123 s (0.120–0.131)` */
export function formatSeconds({ median, min, max }) {
  const digits = median < 10 ? 3 : 1;
  return `${median.toFixed(digits)} s (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}
