import { BrushwoodError, vigraTreeProblem, type StoredModel, type VigraForest, type VigraTree } from '@brushwood/core';
import type { StoredForest } from './train-forest.ts';

/**
 * Makes sure that every walk down every tree ends in a leaf, without reading outside of an array.
 * @returns the trees of all forests, in file order
 * @throws 'broken-file' that names forest, tree and node
 */
export function checkStoredForest(stored: StoredModel): { stored: StoredForest; trees: VigraTree[] } {
  if (stored.layout !== 'vigra-forests') throw broken(`it is stored as "${stored.layout}", not as vigra's forests`);
  checkLabels(stored);
  stored.forests.forEach((forest, i) => checkForest(forest, stored, `forest ${i}`));
  const trees = stored.forests.flatMap((forest) => forest.trees);
  if (trees.length === 0) throw broken('it has no tree');
  return { stored, trees };
}

/** @throws 'broken-file' unless the known labels are ascending labels of the project. */
export function checkLabels({ knownLabels, classCount }: StoredModel): void {
  const isAscending = knownLabels.every(
    (label, i) => Number.isInteger(label) && label > (knownLabels[i - 1] ?? 0) && label <= classCount,
  );
  if (knownLabels.length === 0 || !isAscending) {
    throw broken(
      `its labels (${knownLabels.join(', ')}) are not ascending labels of a project with ${classCount} classes`,
    );
  }
}

function checkForest(forest: VigraForest, stored: StoredForest, where: string): void {
  if (forest.columnCount !== stored.featureCount) {
    throw broken(`${where} was trained on ${forest.columnCount} features, ${stored.featureCount} are expected`);
  }
  if (forest.classCount !== stored.knownLabels.length) {
    throw broken(`${where} has ${forest.classCount} classes, but ${stored.knownLabels.length} labels are known`);
  }
  if (forest.labels.length !== forest.classCount) {
    throw broken(`${where} has ${forest.classCount} classes, but names ${forest.labels.length}`);
  }
  forest.trees.forEach((tree, i) => checkTree(tree, forest, `${where}, tree ${i}`));
}

/**
 * @param where names the tree in messages
 * @throws 'broken-file' unless the tree is sound and made for so many columns and classes
 */
export function checkTree(
  tree: VigraTree,
  forest: Pick<VigraForest, 'columnCount' | 'classCount'>,
  where: string,
): void {
  const problem = vigraTreeProblem(tree, forest);
  if (problem) throw broken(`${where} ${problem}`);
}

/** The error of a stored model that is not what it should be. */
export function broken(problem: string): BrushwoodError {
  return new BrushwoodError(
    'broken-file',
    `The stored classifier cannot be used: ${problem}. Train it again from the labels.`,
    { problem },
  );
}
