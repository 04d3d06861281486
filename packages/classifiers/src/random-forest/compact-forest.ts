import { vigraNodes, type VigraTree } from '@brushwood/core';
import { leafUnits, unitsPerOne } from './leaf-units.ts';

const { innerType, rootAddress } = vigraNodes;

/** Bytes of a node. */
export const nodeBytes = 16;
/** Bytes between the values of two features of a patch: 64 lanes of float32. */
export const laneRowBytes = 256;

/**
 * A forest as the fast engine reads it.
 *
 * `nodes`, 16 bytes each, every tree in the order node, left subtree, right subtree:
 *   0  float32  threshold: the smallest float32 not below the double one, so that `feature < threshold` is the same
 *   4  uint32   column · 256: where the feature lies in a patch
 *   8  int32    left child, 12  int32  right child
 * A child ≥ 0 is the number of a node. A negative one is a leaf, −1 − k: if k < classCount all its samples belong to
 * class k; otherwise it is the mixed leaf k − classCount.
 *
 * Mixed leaf i has the entries `mixedStart[i]` to `mixedStart[i + 1]` (exclusive) of `mixedEntries`, pairs of int32:
 * class, probability in units of 2⁻²⁵.
 */
export interface CompactForest {
  readonly featureCount: number;
  readonly classCount: number;
  readonly nodes: Uint8Array;
  /** Per tree, in file order: a child as above. */
  readonly roots: Int32Array;
  readonly mixedStart: Int32Array;
  readonly mixedEntries: Int32Array;
}

/** @param trees checked, in vigra's layout, all for the same columns and classes */
export function compactForest(trees: readonly VigraTree[]): CompactForest {
  const innerCount = trees.reduce((sum, tree) => sum + countInner(tree), 0);
  const classCount = trees[0]!.topology[1]!;
  const nodes = new Uint8Array(innerCount * nodeBytes);
  const words = new Int32Array(nodes.buffer);
  const thresholds = new Float32Array(nodes.buffer);
  const roots = new Int32Array(trees.length);
  const leaves = new MixedLeaves(classCount);
  let next = 0;
  trees.forEach((tree, number) => {
    const { topology, parameters } = tree;
    // Where the child's number goes: an index into `words`, or −1 for the root.
    const open = [{ address: rootAddress, target: -1 }];
    for (let node = open.pop(); node; node = open.pop()) {
      const { address, target } = node;
      const isInner = topology[address] === innerType;
      const child = isInner ? next++ : leaves.encode(parameters, topology[address + 1]! + 1);
      if (target < 0) roots[number] = child;
      else words[target] = child;
      if (!isInner) continue;
      const at = child * 4;
      thresholds[at] = float32AtLeast(parameters[topology[address + 1]! + 1]!);
      words[at + 1] = topology[address + 4]! * laneRowBytes;
      open.push(
        { address: topology[address + 3]!, target: at + 3 },
        { address: topology[address + 2]!, target: at + 2 },
      );
    }
  });
  return { featureCount: trees[0]!.topology[0]!, classCount, nodes, roots, ...leaves.finish() };
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

function countInner({ topology }: VigraTree): number {
  let count = 0;
  const open = [rootAddress];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (topology[node] !== innerType) continue;
    count++;
    open.push(topology[node + 2]!, topology[node + 3]!);
  }
  return count;
}

/** The smallest float32 ≥ a double: a float32 is below the one exactly if it is below the other. */
export function float32AtLeast(value: number): number {
  const nearest = Math.fround(value);
  if (nearest >= value) return nearest;
  const bits = new DataView(new ArrayBuffer(4));
  bits.setFloat32(0, nearest);
  const pattern = bits.getInt32(0);
  // The next float32 upwards is the next pattern above zero, the previous one below.
  bits.setInt32(0, pattern >= 0 ? pattern + 1 : pattern - 1);
  return bits.getFloat32(0);
}
