import type { VigraForest, VigraTree } from '../contracts/classifier.ts';
import { vigraNodes } from '../forest/vigra-layout.ts';

/**
 * How much each column lowers the Gini impurity `1 − Σ p_c²`: summed over the nodes that cut it, each weighted by its share of the
 * tree's samples; a tree's importances sum to 1, and the trees are averaged. 0 for columns no tree cuts. The forest tells it by
 * itself: its leaves hold how many bootstrap samples of each class they got, so every node's counts are sums over its leaves.
 *
 * Source: Breiman, Friedman, Olshen & Stone, "Classification and Regression Trees", 1984; Breiman, "Random Forests", 2001.
 */
export function giniImportance(forests: readonly VigraForest[]): Float64Array {
  const columnCount = forests[0]?.columnCount ?? 0;
  const mean = new Float64Array(columnCount);
  const trees = forests.flatMap((forest) => forest.trees);
  for (const tree of trees) {
    const own = treeImportance(tree, columnCount);
    const total = own.reduce((sum, value) => sum + value, 0);
    // A tree that is one leaf says nothing.
    if (total > 0) own.forEach((value, column) => (mean[column]! += value / total / trees.length));
  }
  return mean;
}

/** Per column the impurity its cuts take away, in samples of the tree. */
function treeImportance(tree: VigraTree, columnCount: number): Float64Array {
  const { rootAddress, innerType } = vigraNodes;
  const { topology } = tree;
  const importance = new Float64Array(columnCount);
  const counts = new Map<number, Float64Array>();
  // Children lie behind their parent in no particular order, so a node is met twice: before and after its children.
  const open: { readonly node: number; readonly isCounted: boolean }[] = [{ node: rootAddress, isCounted: false }];
  for (let step = open.pop(); step; step = open.pop()) {
    const { node, isCounted } = step;
    if (topology[node] !== innerType) {
      counts.set(node, leafCounts(tree, node));
      continue;
    }
    const [left, right] = [topology[node + 2]!, topology[node + 3]!];
    if (!isCounted) {
      open.push({ node, isCounted: true }, { node: left, isCounted: false }, { node: right, isCounted: false });
      continue;
    }
    const [below, above] = [counts.get(left)!, counts.get(right)!];
    const both = below.map((count, c) => count + above[c]!);
    counts.set(node, both);
    importance[topology[node + 4]!]! += weightedImpurity(both) - weightedImpurity(below) - weightedImpurity(above);
  }
  return importance;
}

function leafCounts({ topology, parameters }: VigraTree, node: number): Float64Array {
  const at = topology[node + 1]!;
  const weight = parameters[at]!;
  return parameters.slice(at + 1, at + 1 + topology[1]!).map((share) => share * weight);
}

/** n (1 − Σ p_c²) of n samples. */
function weightedImpurity(counts: Float64Array): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return total > 0 ? total - counts.reduce((sum, count) => sum + count * count, 0) / total : 0;
}
