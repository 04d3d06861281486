/** Every column sorted. In shared memory several workers can fill it, each some columns. */
export interface ColumnRanks {
  /**
   * (featureCount, sampleCount): the rank of a sample's value among the distinct values of its column. Equal values
   * share a rank, so a cut between two ranks is always a cut between distinct values.
   */
  readonly ranks: Uint16Array | Uint32Array;
  /** float32, (featureCount, sampleCount): the distinct values of each column, ascending; what is left of it stays 0. */
  readonly values: Float32Array;
}

/** The samples of a training, with every feature column sorted once. All trees read it, none writes. */
export interface RankedSamples extends ColumnRanks {
  readonly sampleCount: number;
  readonly featureCount: number;
  /** float32, (sampleCount, featureCount). */
  readonly featureMatrix: Float32Array;
  /** The column of every sample in the leaf vectors: its class counted among those that have samples. */
  readonly classes: Uint8Array;
  readonly classCount: number;
}

const digitBits = 11;
const digitCount = 1 << digitBits;
const digitMask = digitCount - 1;

/**
 * Sorts every column once.
 * @param featureMatrix float32, row-major, (sampleCount, featureCount). Finite.
 * @param classes column of the leaf vectors per sample, 0…classCount − 1
 */
export function rankColumns(featureMatrix: Float32Array, classes: Uint8Array, classCount: number): RankedSamples {
  const sampleCount = classes.length;
  const featureCount = featureMatrix.length / sampleCount;
  const ranks = allocateRanks(sampleCount, featureCount, false);
  fillRanks(featureMatrix, ranks, { sampleCount, start: 0, stop: featureCount });
  return { ...ranks, sampleCount, featureCount, featureMatrix, classes, classCount };
}

/** @param isShared in shared memory, which the platform must have */
export function allocateRanks(sampleCount: number, featureCount: number, isShared: boolean): ColumnRanks {
  const length = sampleCount * featureCount;
  const rankBytes = sampleCount <= 65536 ? 2 : 4;
  const allocate = (bytes: number) => (isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  const ranks = allocate(length * rankBytes);
  return {
    ranks: rankBytes === 2 ? new Uint16Array(ranks, 0, length) : new Uint32Array(ranks, 0, length),
    values: new Float32Array(allocate(4 * length), 0, length),
  };
}

/**
 * Sorts some columns, by a radix sort over the bits of the float32 values.
 * @param featureMatrix float32, row-major, (sampleCount, featureCount). Finite.
 * @param out of all columns; those from `start` to `stop` (exclusive) are filled
 */
export function fillRanks(
  featureMatrix: Float32Array,
  out: ColumnRanks,
  { sampleCount, start, stop }: { sampleCount: number; start: number; stop: number },
): void {
  const featureCount = featureMatrix.length / sampleCount;
  const sorter = new ColumnSorter(sampleCount);
  const bits = new Uint32Array(out.values.buffer, out.values.byteOffset, out.values.length);
  for (let column = start; column < stop; column++) {
    const order = sorter.sort(featureMatrix, featureCount, column);
    const { keys } = sorter;
    const ranks = out.ranks.subarray(column * sampleCount, (column + 1) * sampleCount);
    const values = bits.subarray(column * sampleCount, (column + 1) * sampleCount);
    let at = -1;
    // No value has this key: it would be a NaN.
    let previous = 0;
    for (let i = 0; i < sampleCount; i++) {
      const sample = order[i]!;
      const key = keys[sample]!;
      if (key !== previous) values[++at] = key >>> 31 ? key ^ 0x80000000 : ~key;
      previous = key;
      ranks[sample] = at;
    }
  }
}

/** Least significant digit first, three digits of 11 bits. */
class ColumnSorter {
  /** The values as whole numbers of the same order, by sample. */
  readonly keys: Uint32Array;
  private readonly floats: Float32Array;
  private readonly order: Uint32Array;
  private readonly spare: Uint32Array;
  private readonly counts = new Uint32Array(3 * digitCount);

  constructor(sampleCount: number) {
    this.floats = new Float32Array(sampleCount);
    this.keys = new Uint32Array(this.floats.buffer);
    this.order = new Uint32Array(sampleCount);
    this.spare = new Uint32Array(sampleCount);
  }

  /** Sample numbers by ascending value of a column. Overwritten by the next call. */
  sort(featureMatrix: Float32Array, featureCount: number, column: number): Uint32Array {
    const { keys, floats, counts, order } = this;
    // Adding 0 turns −0 into 0: they are one value.
    for (let i = 0, at = column; i < floats.length; i++, at += featureCount) floats[i] = featureMatrix[at]! + 0;
    counts.fill(0);
    for (let i = 0; i < keys.length; i++) {
      const bits = keys[i]!;
      // Order-preserving: negative floats run backwards when their bits are read as an integer.
      const key = (bits >>> 31 ? ~bits : bits | 0x80000000) >>> 0;
      keys[i] = key;
      order[i] = i;
      counts[key & digitMask]!++;
      counts[digitCount + ((key >>> digitBits) & digitMask)]!++;
      counts[2 * digitCount + (key >>> (2 * digitBits))]!++;
    }
    this.pass(order, this.spare, 0);
    this.pass(this.spare, order, 1);
    this.pass(order, this.spare, 2);
    return this.spare;
  }

  private pass(from: Uint32Array, to: Uint32Array, digit: number): void {
    const { keys } = this;
    const starts = this.counts.subarray(digit * digitCount, (digit + 1) * digitCount);
    const shift = digit * digitBits;
    let start = 0;
    for (let i = 0; i < digitCount; i++) {
      const count = starts[i]!;
      starts[i] = start;
      start += count;
    }
    for (let i = 0; i < from.length; i++) {
      const sample = from[i]!;
      to[starts[(keys[sample]! >>> shift) & digitMask]!++] = sample;
    }
  }
}
