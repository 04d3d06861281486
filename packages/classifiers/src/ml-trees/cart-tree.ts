import type { VigraTree } from '@brushwood/core';
import { TreeWriter } from '../random-forest/forest-layout.ts';

/** A node of a trained ml-cart tree: two children and a split, or a distribution. */
export interface CartNode {
  readonly left?: CartNode;
  readonly right?: CartNode;
  readonly splitColumn?: number;
  readonly splitValue?: number;
  /** One row; classes beyond the largest one in the leaf are left out. */
  readonly distribution?: { to2DArray(): number[][] };
}

/**
 * Copies a trained tree into vigra's layout, so that prediction needs neither the library nor its objects. Both send
 * `feature < split` to the left.
 * @param options.columns   for a tree trained on some columns: which ones
 * @param options.isVoting  a leaf votes for its most frequent class (the first of equals), as `predict` of the library
 *                          does; otherwise it gives the frequencies
 */
export function flattenCartTree(
  root: CartNode,
  options: {
    readonly featureCount: number;
    readonly classCount: number;
    readonly columns?: readonly number[];
    readonly isVoting: boolean;
  },
): VigraTree {
  const { featureCount, classCount, columns, isVoting } = options;
  const writer = new TreeWriter(featureCount, classCount);
  const open: { node: CartNode; parent: number; side: 'left' | 'right' }[] = [{ node: root, parent: -1, side: 'left' }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, parent, side } = next;
    const { left, right, splitColumn = 0, splitValue = 0 } = node;
    const isInner = left !== undefined && right !== undefined;
    const address = isInner
      ? writer.addInner(columns?.[splitColumn] ?? splitColumn, splitValue)
      : writer.addLeaf(leafVector(node, classCount, isVoting), 1);
    if (parent >= 0) writer.linkChild(parent, side, address);
    if (!isInner) continue;
    open.push({ node: right, parent: address, side: 'right' }, { node: left, parent: address, side: 'left' });
  }
  return writer.finish();
}

function leafVector(node: CartNode, classCount: number, isVoting: boolean): number[] {
  const [found = []] = node.distribution?.to2DArray() ?? [];
  const winner = found.indexOf(Math.max(...found));
  return Array.from({ length: classCount }, (_, c) => (isVoting ? (c === winner ? 1 : 0) : (found[c] ?? 0)));
}
