import type { Samples } from '../contracts/classifier.ts';
import { throwIfAborted } from '../errors.ts';
import { pauseForMessages } from '../workers/pause-for-messages.ts';

/** Rows whose features differ by less than this part of their spread look the same to any classifier. */
const nearness = 0.05;

/** Rows that are looked at, at most: enough to see what contradicts, in a moment. */
const mostRows = 8000;

/** A row and the classes of other rows that look the same. */
export interface ContradictingRow {
  readonly row: number;
  readonly classIndex: number;
  readonly otherClass: number;
}

/**
 * Labelled voxels that look nearly the same as voxels of another class: the root mean square difference of their features, each in
 * units of its standard deviation within the classes, is below 0.05. Rows are sorted along their direction of largest spread, where near ones are
 * neighbours; of many samples every k-th is taken (`contradictionStep`).
 */
export async function findContradictions(samples: Samples, signal?: AbortSignal): Promise<ContradictingRow[]> {
  const { featureCount, classIndices } = samples;
  const step = contradictionStep(samples.sampleCount);
  const rows = Array.from({ length: Math.ceil(samples.sampleCount / step) }, (_, i) => i * step);
  const values = standardize(samples, rows);
  const places = project(values, featureCount, principalDirection(values, featureCount));
  const order = [...rows.keys()].sort((a, b) => places[a]! - places[b]!);
  const reach = nearness * Math.sqrt(featureCount);
  const found = new Map<number, number>();
  for (const [at, i] of order.entries()) {
    if (at % 500 === 499) {
      await pauseForMessages();
      throwIfAborted(signal);
    }
    for (let next = at + 1; next < order.length; next++) {
      const j = order[next]!;
      if (places[j]! - places[i]! > reach) break;
      const [a, b] = [classIndices[rows[i]!]!, classIndices[rows[j]!]!];
      if (a === b || (found.has(i) && found.has(j)) || !isNear(values, { i, j, featureCount, limit: reach ** 2 })) {
        continue;
      }
      if (!found.has(i)) found.set(i, b);
      if (!found.has(j)) found.set(j, a);
    }
  }
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([i, otherClass]) => ({ row: rows[i]!, classIndex: classIndices[rows[i]!]!, otherClass }));
}

/** Every how many-th sample is looked at. */
export function contradictionStep(sampleCount: number): number {
  return Math.max(1, Math.ceil(sampleCount / mostRows));
}

/** float64, row-major: every feature in units of its standard deviation within the classes; one that never varies is 0. */
function standardize({ featureMatrix, classIndices, featureCount, classCount }: Samples, rows: readonly number[]) {
  const values = new Float64Array(rows.length * featureCount);
  const classes = Uint8Array.from(rows, (row) => classIndices[row]!);
  const one = new Uint8Array(rows.length);
  const column = new Float64Array(rows.length);
  for (let f = 0; f < featureCount; f++) {
    rows.forEach((row, i) => (column[i] = featureMatrix[row * featureCount + f]!));
    const whole = spreadOf(column, one, 1);
    if (whole.deviation === 0) continue;
    const unit = spreadOf(column, classes, classCount).deviation || whole.deviation;
    column.forEach((value, i) => (values[i * featureCount + f] = (value - whole.means[0]!) / unit));
  }
  return values;
}

/** Means of classes, and the standard deviation of values from the mean of theirs. */
function spreadOf(column: Float64Array, classes: Uint8Array, classCount: number) {
  const counts = new Float64Array(classCount);
  const means = new Float64Array(classCount);
  classes.forEach((k, i) => (means[k]! += (column[i]! - means[k]!) / ++counts[k]!));
  let squares = 0;
  classes.forEach((k, i) => (squares += (column[i]! - means[k]!) ** 2));
  return { means, deviation: Math.sqrt(squares / column.length) };
}

/** Of largest spread, length 1, by some steps of the power method; any direction serves, this one keeps neighbours few. */
function principalDirection(values: Float64Array, featureCount: number): Float64Array {
  let direction = new Float64Array(featureCount).fill(1 / Math.sqrt(featureCount));
  for (let step = 0; step < 8; step++) {
    const next = new Float64Array(featureCount);
    project(values, featureCount, direction).forEach((place, i) => {
      for (let f = 0; f < featureCount; f++) next[f]! += place * values[i * featureCount + f]!;
    });
    const length = Math.hypot(...next);
    if (length === 0) break;
    direction = next.map((value) => value / length);
  }
  return direction;
}

function project(values: Float64Array, featureCount: number, direction: Float64Array): Float64Array {
  return Float64Array.from({ length: values.length / featureCount }, (_, i) => {
    let sum = 0;
    for (let f = 0; f < featureCount; f++) sum += values[i * featureCount + f]! * direction[f]!;
    return sum;
  });
}

function isNear(
  values: Float64Array,
  { i, j, featureCount, limit }: { i: number; j: number; featureCount: number; limit: number },
): boolean {
  let distance = 0;
  for (let f = 0; f < featureCount && distance < limit; f++) {
    distance += (values[i * featureCount + f]! - values[j * featureCount + f]!) ** 2;
  }
  return distance < limit;
}
