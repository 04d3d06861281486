/** The samples of a training, with every feature column sorted once. All trees read it, none writes. */
export interface RankedSamples {
  readonly sampleCount: number;
  readonly featureCount: number;
  /** float32, (sampleCount, featureCount). */
  readonly featureMatrix: Float32Array;
  /** The column of every sample in the leaf vectors: its class counted among those that have samples. */
  readonly classes: Uint8Array;
  readonly classCount: number;
  /**
   * (featureCount, sampleCount): the rank of a sample's value among the distinct values of its column. Equal values
   * share a rank, so a cut between two ranks is always a cut between distinct values.
   */
  readonly ranks: Uint16Array | Uint32Array;
  /** The distinct values of all columns, ascending, one column after another. */
  readonly values: Float32Array;
  /** Where the values of a column begin; featureCount + 1 entries. */
  readonly valueStart: Int32Array;
}

const digitBits = 11;
const digitCount = 1 << digitBits;

/**
 * Sorts every column once, by a radix sort over the bits of the float32 values.
 * @param featureMatrix float32, row-major, (sampleCount, featureCount). Finite.
 * @param classes column of the leaf vectors per sample, 0…classCount − 1
 */
export function rankColumns(featureMatrix: Float32Array, classes: Uint8Array, classCount: number): RankedSamples {
  const sampleCount = classes.length;
  const featureCount = featureMatrix.length / sampleCount;
  const ranks =
    sampleCount <= 65536 ? new Uint16Array(featureCount * sampleCount) : new Uint32Array(featureCount * sampleCount);
  const values = new Float32Array(featureCount * sampleCount);
  const valueStart = new Int32Array(featureCount + 1);
  const sorter = new ColumnSorter(sampleCount);
  for (let column = 0; column < featureCount; column++) {
    const order = sorter.sort(featureMatrix, featureCount, column);
    let at = valueStart[column]! - 1;
    let previous = Number.NaN;
    for (let i = 0; i < sampleCount; i++) {
      const sample = order[i]!;
      const value = featureMatrix[sample * featureCount + column]! + 0;
      if (value !== previous) values[++at] = value;
      previous = value;
      ranks[column * sampleCount + sample] = at - valueStart[column]!;
    }
    valueStart[column + 1] = at + 1;
  }
  return { sampleCount, featureCount, featureMatrix, classes, classCount, ranks, values, valueStart };
}

/** Least significant digit first, three digits of 11 bits. */
class ColumnSorter {
  private readonly keys: Uint32Array;
  private readonly floats: Float32Array;
  private readonly order: Uint32Array;
  private readonly spare: Uint32Array;
  private readonly counts = new Uint32Array(digitCount);

  constructor(sampleCount: number) {
    this.floats = new Float32Array(sampleCount);
    this.keys = new Uint32Array(this.floats.buffer);
    this.order = new Uint32Array(sampleCount);
    this.spare = new Uint32Array(sampleCount);
  }

  /** Sample numbers by ascending value of a column. Overwritten by the next call. */
  sort(featureMatrix: Float32Array, featureCount: number, column: number): Uint32Array {
    const { keys, floats } = this;
    // Adding 0 turns −0 into 0: they are one value.
    for (let i = 0, at = column; i < floats.length; i++, at += featureCount) floats[i] = featureMatrix[at]! + 0;
    for (let i = 0; i < keys.length; i++) {
      const bits = keys[i]!;
      // Order-preserving: negative floats run backwards when their bits are read as an integer.
      keys[i] = bits >>> 31 ? ~bits : bits | 0x80000000;
      this.order[i] = i;
    }
    this.pass(this.order, this.spare, 0);
    this.pass(this.spare, this.order, digitBits);
    this.pass(this.order, this.spare, 2 * digitBits);
    return this.spare;
  }

  private pass(from: Uint32Array, to: Uint32Array, shift: number): void {
    const { keys, counts } = this;
    counts.fill(0);
    for (let i = 0; i < keys.length; i++) counts[(keys[i]! >>> shift) & (digitCount - 1)]!++;
    let start = 0;
    for (let digit = 0; digit < digitCount; digit++) {
      const count = counts[digit]!;
      counts[digit] = start;
      start += count;
    }
    for (let i = 0; i < from.length; i++) {
      const sample = from[i]!;
      to[counts[(keys[sample]! >>> shift) & (digitCount - 1)]!++] = sample;
    }
  }
}
