import { vigraNodes, type VigraTree } from '@brushwood/core';
import { leafUnits, unitsPerOne } from './leaf-units.ts';
import { buildRankTables, findThreshold, type RankTables } from './rank-tables.ts';

const { innerType, rootAddress } = vigraNodes;

/** Numbers of a node. */
const nodeWords = 4;
/** Bytes between the ranks of two columns of a packet: 4 patches of 64 lanes. */
const laneRowBytes = 256;

/**
 * A forest as the fast engine reads it.
 *
 * `nodes`, 16 bytes each, every tree in the order node, left subtree, right subtree:
 *   0  4 × int8  threshold, four times the same: `rank − 128` is below it where the feature is below the threshold
 *   4  uint32    column · 256: where the ranks lie in a packet
 *   8  int32     left child, 12  int32  right child
 * A child ≥ 0 is the number of a node. A negative one is a leaf, −1 − k: if k < classCount all its samples belong to
 * class k; otherwise it is the mixed leaf k − classCount.
 *
 * Mixed leaf i has the entries `mixedStart[i]` to `mixedStart[i + 1]` (exclusive) of `mixedEntries`, pairs of int32:
 * class, probability in units of 2⁻²⁵.
 */
export interface CompactForest {
  readonly featureCount: number;
  readonly classCount: number;
  readonly nodes: Int32Array;
  /** Per tree, in file order: a child as above. */
  readonly roots: Int32Array;
  readonly mixedStart: Int32Array;
  readonly mixedEntries: Int32Array;
  /** How features become ranks. */
  readonly ranks: RankTables;
}

/** @param trees checked, in vigra's layout, all for the same columns and classes */
export function compactForest(trees: readonly VigraTree[]): CompactForest {
  const [featureCount, classCount] = [trees[0]!.topology[0]!, trees[0]!.topology[1]!];
  // Per inner node: threshold, feature, left child, right child.
  const inner: number[] = [];
  const roots = new Int32Array(trees.length);
  const leaves = new MixedLeaves(classCount);
  trees.forEach(({ topology, parameters }, number) => {
    // Where the child's number goes: an index into `inner`, or −1 for the root.
    const open = [{ address: rootAddress, target: -1 }];
    for (let node = open.pop(); node; node = open.pop()) {
      const { address, target } = node;
      const isInner = topology[address] === innerType;
      const first = topology[address + 1]! + 1;
      const child = isInner ? inner.length / nodeWords : leaves.encode(parameters, first);
      if (target < 0) roots[number] = child;
      else inner[target] = child;
      if (!isInner) continue;
      const at = inner.push(float32AtLeast(parameters[first]!), topology[address + 4]!, 0, 0) - nodeWords;
      open.push(
        { address: topology[address + 3]!, target: at + 3 },
        { address: topology[address + 2]!, target: at + 2 },
      );
    }
  });
  const { ranks, nodes } = rankNodes(inner, featureCount);
  return { featureCount, classCount, nodes, roots, ranks, ...leaves.finish() };
}

/** Thresholds as ranks: see `CompactForest.nodes`. */
function rankNodes(inner: readonly number[], featureCount: number): { ranks: RankTables; nodes: Int32Array } {
  const thresholds = Array.from({ length: featureCount }, () => new Set<number>());
  for (let at = 0; at < inner.length; at += nodeWords) thresholds[inner[at + 1]!]!.add(inner[at]!);
  const ranks = buildRankTables(thresholds);
  const nodes = Int32Array.from(inner);
  for (let at = 0; at < inner.length; at += nodeWords) {
    const { column, position } = findThreshold(ranks, inner[at + 1]!, inner[at]!);
    // rank ≤ position is rank − 128 < position − 127.
    nodes[at] = Math.imul((position - 127) & 255, 0x01010101);
    nodes[at + 1] = column * laneRowBytes;
  }
  return { ranks, nodes };
}

/** Collects the leaves that hold several classes. */
class MixedLeaves {
  private readonly classCount: number;
  private readonly start: number[] = [0];
  private readonly entries: number[] = [];

  constructor(classCount: number) {
    this.classCount = classCount;
  }

  /** The child code of a leaf whose probabilities begin at `address`. */
  encode(parameters: Float64Array, address: number): number {
    const first = this.entries.length;
    for (let c = 0; c < this.classCount; c++) {
      const units = leafUnits(parameters[address + c]!);
      if (units > 0) this.entries.push(c, units);
    }
    if (this.entries.length === first + 2 && this.entries[first + 1] === unitsPerOne) {
      this.entries.length = first + 1;
      return -1 - this.entries.pop()!;
    }
    this.start.push(this.entries.length / 2);
    return -1 - this.classCount - (this.start.length - 2);
  }

  finish(): { mixedStart: Int32Array; mixedEntries: Int32Array } {
    return { mixedStart: Int32Array.from(this.start), mixedEntries: Int32Array.from(this.entries) };
  }
}

/** The smallest float32 ≥ a double: a float32 is below the one exactly if it is below the other. */
export function float32AtLeast(value: number): number {
  const nearest = Math.fround(value);
  if (nearest >= value) return nearest;
  const number = Float32Array.of(nearest);
  const pattern = new Int32Array(number.buffer);
  // The next float32 upwards is the next pattern above zero, the previous one below.
  pattern[0]! += pattern[0]! >= 0 ? 1 : -1;
  return number[0]!;
}
