import type { VigraForest, VigraTree } from '@brushwood/core';

const leafCode = 0x40000000;
const innerCode = 0;

/** What is wrong with a forest read from a file, or undefined. Every path of every tree ends in a leaf that is there. */
export function forestProblem(forest: VigraForest): string | undefined {
  const { trees, columnCount, classCount, labels } = forest;
  if (trees.length === 0) return 'it has no trees';
  if (trees.length !== forest.options['tree_count_']) {
    return `it holds ${trees.length} trees, but says ${forest.options['tree_count_']}`;
  }
  if (!isCount(columnCount) || !isCount(classCount)) return 'it does not say how many features and classes it knows';
  if (labels.length !== classCount) return `it lists ${labels.length} labels for ${classCount} classes`;
  for (const [i, tree] of trees.entries()) {
    const problem = treeProblem(tree, columnCount, classCount);
    if (problem) return `tree ${i} ${problem}`;
  }
  return undefined;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}

/** Layout: `[columnCount, classCount, node, …]`, root at 2 (spec §C.6). */
function treeProblem({ topology, parameters }: VigraTree, columnCount: number, classCount: number): string | undefined {
  if (topology[0] !== columnCount || topology[1] !== classCount) return 'is of another size than its forest';
  const seen = new Set<number>();
  const open = [2];
  while (open.length > 0) {
    const at = open.pop()!;
    if (seen.has(at)) return 'visits a node twice';
    seen.add(at);
    const [type, address] = [topology[at], topology[at + 1]];
    if (address === undefined || address < 0) return 'points outside itself';
    if (type === leafCode) {
      if (address + 1 + classCount > parameters.length) return 'has a leaf without its probabilities';
    } else if (type === innerCode) {
      const [left, right, column] = [topology[at + 2], topology[at + 3], topology[at + 4]];
      if (left === undefined || right === undefined || column === undefined) return 'is cut off';
      if (left < 2 || right < 2 || address + 1 >= parameters.length) return 'points outside itself';
      if (column < 0 || column >= columnCount) return `asks for feature ${column} of ${columnCount}`;
      open.push(left, right);
    } else return `has a node of unknown kind ${type ?? 'none'}`;
  }
  return undefined;
}
