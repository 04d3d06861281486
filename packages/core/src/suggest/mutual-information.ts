/** A column of whole numbers from 0: which bin each sample falls into. */
export interface BinnedColumn {
  readonly bins: Uint16Array;
  readonly binCount: number;
}

/**
 * Bins a column as wide as its standard deviation: `floor(x / std − min)` (spec §B.7), the bins that hold samples numbered from
 * below. A constant column has one bin. There are at most √(2 n) bins, since no range is wider than √(2 n) standard deviations.
 * @param featureMatrix float32, row-major, (n, featureCount). Finite.
 */
export function binColumn(featureMatrix: Float32Array, featureCount: number, column: number): BinnedColumn {
  const sampleCount = featureMatrix.length / featureCount;
  let sum = 0;
  let least = Infinity;
  for (let at = column; at < featureMatrix.length; at += featureCount) {
    sum += featureMatrix[at]!;
    least = Math.min(least, featureMatrix[at]!);
  }
  const mean = sum / sampleCount;
  let squares = 0;
  for (let at = column; at < featureMatrix.length; at += featureCount) squares += (featureMatrix[at]! - mean) ** 2;
  const deviation = Math.sqrt(squares / sampleCount);
  if (!(deviation > 0)) return { bins: new Uint16Array(sampleCount), binCount: 1 };
  const wide = Uint16Array.from({ length: sampleCount }, (_, i) =>
    Math.floor((featureMatrix[i * featureCount + column]! - least) / deviation),
  );
  const taken = [...new Set(wide)].sort((a, b) => a - b);
  const numbers = new Map(taken.map((bin, i) => [bin, i]));
  return { bins: wide.map((bin) => numbers.get(bin)!), binCount: taken.length };
}

/** The rows of a column at which `classes` has the value. */
export function rowsOfClass({ bins, binCount }: BinnedColumn, classes: ArrayLike<number>, value: number): BinnedColumn {
  return { bins: bins.filter((_, i) => classes[i] === value), binCount };
}

/**
 * Mutual information of two columns over the same samples, in bits: `Σ p(a, b) log₂(p(a, b) / (p(a) p(b)))`. 0 if they are
 * independent, the entropy of either if each tells the other.
 *
 * Source: Shannon, "A Mathematical Theory of Communication", 1948.
 */
export function mutualInformation(a: BinnedColumn, b: BinnedColumn): number {
  const sampleCount = a.bins.length;
  const together = new Uint32Array(a.binCount * b.binCount);
  const alone = [new Uint32Array(a.binCount), new Uint32Array(b.binCount)] as const;
  for (let i = 0; i < sampleCount; i++) {
    const [inA, inB] = [a.bins[i]!, b.bins[i]!];
    together[inA * b.binCount + inB]!++;
    alone[0][inA]!++;
    alone[1][inB]!++;
  }
  let bits = 0;
  for (let inA = 0; inA < a.binCount; inA++) {
    for (let inB = 0; inB < b.binCount; inB++) {
      const count = together[inA * b.binCount + inB]!;
      if (count > 0) bits += count * Math.log2((count * sampleCount) / (alone[0][inA]! * alone[1][inB]!));
    }
  }
  return sampleCount > 0 ? Math.max(0, bits / sampleCount) : 0;
}
