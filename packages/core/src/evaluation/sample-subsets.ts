import type { Samples } from '../contracts/classifier.ts';

/** Some rows, in the order given. */
export function takeRows(samples: Samples, rows: ArrayLike<number>): Samples {
  const { featureMatrix, classIndices, featureCount, classCount } = samples;
  const taken = new Float32Array(rows.length * featureCount);
  const classes = new Uint8Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    taken.set(featureMatrix.subarray(row * featureCount, (row + 1) * featureCount), i * featureCount);
    classes[i] = classIndices[row]!;
  }
  return { featureMatrix: taken, classIndices: classes, sampleCount: rows.length, featureCount, classCount };
}

/** Some columns, in the order given. */
export function takeColumns(samples: Samples, columns: readonly number[]): Samples {
  const { featureMatrix, sampleCount, featureCount } = samples;
  const taken = new Float32Array(sampleCount * columns.length);
  let at = 0;
  for (let row = 0; row < sampleCount; row++) {
    for (const column of columns) taken[at++] = featureMatrix[row * featureCount + column]!;
  }
  return { ...samples, featureMatrix: taken, featureCount: columns.length };
}

/**
 * At most about `limit` rows, of every class its share but at least `leastPerClass` (or all it has), taken at even distances, so that
 * every stroke keeps its share too. Ascending; all rows if they are few enough.
 * @param seed moves the grid of the rows
 */
export function evenRows(
  { classIndices, classCount }: Pick<Samples, 'classIndices' | 'classCount'>,
  { limit, seed, leastPerClass = 100 }: { limit: number; seed: number; leastPerClass?: number },
): Uint32Array {
  const total = classIndices.length;
  const counts = Array<number>(classCount).fill(0);
  for (const value of classIndices) counts[value]!++;
  const wanted = counts.map((count) =>
    total <= limit ? count : Math.min(count, Math.max(leastPerClass, Math.round((count * limit) / total))),
  );
  // The golden ratio spreads the offsets of successive seeds evenly.
  const offset = (seed * 0.6180339887498949) % 1;
  const met = counts.map(() => 0);
  const rows: number[] = [];
  for (let row = 0; row < total; row++) {
    const value = classIndices[row]!;
    const step = wanted[value]! / counts[value]!;
    const i = met[value]!++;
    if (Math.floor((i + 1) * step + offset) > Math.floor(i * step + offset)) rows.push(row);
  }
  return Uint32Array.from(rows);
}
