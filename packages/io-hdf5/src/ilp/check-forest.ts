import { vigraTreeProblem, type VigraForest } from '@brushwood/core';

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
    const problem = vigraTreeProblem(tree, forest);
    if (problem) return `tree ${i} ${problem}`;
  }
  return undefined;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}
