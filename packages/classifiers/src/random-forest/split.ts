import type { RankedSamples } from './rank-columns.ts';

/** A cut of one column: samples whose rank is below `rank` go left. */
export interface Cut {
  /** Impurity left plus impurity right. */
  readonly loss: number;
  readonly rank: number;
  /** Mean of the two neighbouring values, in double precision. */
  readonly threshold: number;
}

/** Samples of a tree: each drawn sample once, with the number of times it was drawn. */
export interface Bootstrap {
  /** Sample numbers; a node owns a range of it. Reordered while the tree grows. */
  readonly members: Int32Array;
  /** By sample number. */
  readonly weights: Int32Array;
}

/** A node under search: the range of `members` it owns and its weighted class counts. */
export interface NodeSamples {
  readonly start: number;
  readonly stop: number;
  /** By class. */
  readonly counts: Int32Array;
  /** Sum of `counts`. */
  readonly weight: number;
}

/**
 * Gini impurity, weighted by the number of samples: n0·n1 / (n0 + n1) for two classes, Σ n_c (1 − n_c / n) for more
 * (spec §B.2; twice the former for two classes).
 */
export function giniImpurity(counts: ArrayLike<number>): number {
  let total = 0;
  let squares = 0;
  for (let c = 0; c < counts.length; c++) {
    total += counts[c]!;
    squares += counts[c]! * counts[c]!;
  }
  if (total === 0) return 0;
  if (counts.length === 2) return (counts[0]! * counts[1]!) / total;
  return total - squares / total;
}

/**
 * Finds the best cut of a column for the samples of a node. Nothing is sorted here: a column's ranks are known, so the
 * node's samples are dropped into the slots of their ranks, two levels of bitmaps remember which slots are taken, and a
 * walk over the set bits meets the samples in ascending order. The cost is the size of the node plus a thousandth of
 * the number of ranks.
 */
export class SplitSearch {
  private readonly samples: RankedSamples;
  private readonly bootstrap: Bootstrap;
  private readonly minLeafWeight: number;
  /** Two classes: weights of both classes at a rank, packed as n0 + n1 · 2²⁶. */
  private readonly packed: Float64Array;
  private readonly packedWeights: Float64Array;
  /** More classes: the last sample dropped at a rank + 1, and for every sample the one dropped before it + 1. */
  private readonly head: Int32Array;
  private readonly next: Int32Array;
  /** A bit per rank, and a bit per word of it. All zero between two searches. */
  private readonly taken: Int32Array;
  private readonly takenWords: Int32Array;
  private readonly left: Float64Array;

  constructor(samples: RankedSamples, bootstrap: Bootstrap, minLeafWeight: number) {
    const { sampleCount, classCount } = samples;
    const isBinary = classCount === 2;
    this.samples = samples;
    this.bootstrap = bootstrap;
    this.minLeafWeight = minLeafWeight;
    this.packed = new Float64Array(isBinary ? sampleCount : 0);
    this.packedWeights = new Float64Array(isBinary ? sampleCount : 0);
    this.head = new Int32Array(isBinary ? 0 : sampleCount);
    this.next = new Int32Array(isBinary ? 0 : sampleCount);
    this.taken = new Int32Array((sampleCount >>> 5) + 1);
    this.takenWords = new Int32Array((sampleCount >>> 10) + 1);
    this.left = new Float64Array(classCount);
  }

  /** Call it after the weights of the bootstrap have changed. */
  prepare(): void {
    const { packedWeights, samples, bootstrap } = this;
    for (let i = 0; i < packedWeights.length; i++) {
      packedWeights[i] = bootstrap.weights[i]! * (samples.classes[i] === 0 ? 1 : classOne);
    }
  }

  /**
   * The best cut between two distinct neighbouring values, or undefined if there is none below `limit`. Of equal cuts
   * the one at the smallest value wins.
   * @param limit the loss to undercut
   */
  search(column: number, node: NodeSamples, limit: number): Cut | undefined {
    const found =
      this.samples.classCount === 2 ? this.searchTwo(column, node, limit) : this.searchMany(column, node, limit);
    if (!found) return undefined;
    const { values, sampleCount } = this.samples;
    const base = column * sampleCount;
    const threshold = (values[base + found.below]! + values[base + found.rank]!) / 2;
    return { loss: found.loss, rank: found.rank, threshold };
  }

  private searchTwo(column: number, node: NodeSamples, limit: number): FoundCut | undefined {
    const { ranks, sampleCount } = this.samples;
    const { packed, packedWeights, taken, takenWords, minLeafWeight } = this;
    const { members } = this.bootstrap;
    const base = column * sampleCount;
    for (let i = node.start; i < node.stop; i++) {
      const sample = members[i]!;
      const rank = ranks[base + sample]!;
      packed[rank]! += packedWeights[sample]!;
      taken[rank >>> 5]! |= 1 << (rank & 31);
      takenWords[rank >>> 10]! |= 1 << ((rank >>> 5) & 31);
    }
    let best = limit;
    let bestRank = -1;
    let bestBelow = -1;
    let below = -1;
    let left0 = 0;
    let left1 = 0;
    let right0 = node.counts[0]!;
    let right1 = node.counts[1]!;
    for (let top = 0; top < takenWords.length; top++) {
      let words = takenWords[top]!;
      takenWords[top] = 0;
      for (; words !== 0; words &= words - 1) {
        const word = (top << 5) + 31 - Math.clz32(words & -words);
        let bits = taken[word]!;
        taken[word] = 0;
        for (; bits !== 0; bits &= bits - 1) {
          const rank = (word << 5) + 31 - Math.clz32(bits & -bits);
          const leftWeight = left0 + left1;
          const rightWeight = right0 + right1;
          if (leftWeight >= minLeafWeight && rightWeight >= minLeafWeight) {
            const loss = (left0 * left1) / leftWeight + (right0 * right1) / rightWeight;
            if (loss < best) {
              best = loss;
              bestRank = rank;
              bestBelow = below;
            }
          }
          const both = packed[rank]!;
          packed[rank] = 0;
          const ones = Math.floor(both / classOne);
          const zeros = both - ones * classOne;
          left0 += zeros;
          right0 -= zeros;
          left1 += ones;
          right1 -= ones;
          below = rank;
        }
      }
    }
    return bestRank < 0 ? undefined : { loss: best, rank: bestRank, below: bestBelow };
  }

  private searchMany(column: number, node: NodeSamples, limit: number): FoundCut | undefined {
    const { ranks, classes, sampleCount } = this.samples;
    const { head, next, taken, takenWords, left, minLeafWeight } = this;
    const { members, weights } = this.bootstrap;
    const base = column * sampleCount;
    for (let i = node.start; i < node.stop; i++) {
      const sample = members[i]!;
      const rank = ranks[base + sample]!;
      next[sample] = head[rank]!;
      head[rank] = sample + 1;
      taken[rank >>> 5]! |= 1 << (rank & 31);
      takenWords[rank >>> 10]! |= 1 << ((rank >>> 5) & 31);
    }
    left.fill(0);
    let best = limit;
    let bestRank = -1;
    let bestBelow = -1;
    let below = -1;
    let leftWeight = 0;
    let rightWeight = node.weight;
    // Σ n_c² of either side, kept up to date sample by sample: the impurity is n − Σ n_c² / n.
    let leftSquares = 0;
    let rightSquares = 0;
    for (const count of node.counts) rightSquares += count * count;
    for (let top = 0; top < takenWords.length; top++) {
      let words = takenWords[top]!;
      takenWords[top] = 0;
      for (; words !== 0; words &= words - 1) {
        const word = (top << 5) + 31 - Math.clz32(words & -words);
        let bits = taken[word]!;
        taken[word] = 0;
        for (; bits !== 0; bits &= bits - 1) {
          const rank = (word << 5) + 31 - Math.clz32(bits & -bits);
          if (leftWeight >= minLeafWeight && rightWeight >= minLeafWeight) {
            const loss = leftWeight - leftSquares / leftWeight + (rightWeight - rightSquares / rightWeight);
            if (loss < best) {
              best = loss;
              bestRank = rank;
              bestBelow = below;
            }
          }
          for (let entry = head[rank]!; entry !== 0; entry = next[entry - 1]!) {
            const c = classes[entry - 1]!;
            const weight = weights[entry - 1]!;
            const inLeft = left[c]!;
            const inRight = node.counts[c]! - inLeft;
            leftSquares += weight * (2 * inLeft + weight);
            rightSquares -= weight * (2 * inRight - weight);
            left[c] = inLeft + weight;
            leftWeight += weight;
            rightWeight -= weight;
          }
          head[rank] = 0;
          below = rank;
        }
      }
    }
    return bestRank < 0 ? undefined : { loss: best, rank: bestRank, below: bestBelow };
  }
}

interface FoundCut {
  readonly loss: number;
  /** The lowest rank that goes right, and the rank present in the node next to it. */
  readonly rank: number;
  readonly below: number;
}

/** One sample of class 1 in a packed pair. 2²⁶ samples of each class are exact in a double. */
const classOne = 2 ** 26;
