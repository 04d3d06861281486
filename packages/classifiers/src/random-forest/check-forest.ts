import { BrushwoodError, type StoredModel, type VigraForest, type VigraTree } from '@brushwood/core';
import { innerSize, innerType, leafSize, leafType, rootAddress } from './forest-layout.ts';
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
  const { topology, parameters } = tree;
  if (!(topology instanceof Int32Array) || !(parameters instanceof Float64Array)) {
    throw broken(`${where}: topology must be int32 and parameters float64`);
  }
  if (topology[0] !== forest.columnCount || topology[1] !== forest.classCount) {
    throw broken(
      `${where} is for ${topology[0]} features and ${topology[1]} classes, its forest for ${forest.columnCount} and ` +
        `${forest.classCount}`,
    );
  }
  const isVisited = new Uint8Array(topology.length);
  const open = [rootAddress];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node < rootAddress || node >= topology.length) throw broken(`${where}: node address ${node} is out of range`);
    if (isVisited[node]) throw broken(`${where}: node ${node} can be reached in two ways`);
    isVisited[node] = 1;
    checkNode(tree, node, `${where}, node ${node}`);
    if (topology[node] === innerType) open.push(topology[node + 3]!, topology[node + 2]!);
  }
}

function checkNode({ topology, parameters }: VigraTree, node: number, where: string): void {
  const type = topology[node];
  if (type !== innerType && type !== leafType) throw broken(`${where} has the unknown type ${type}`);
  const size = type === innerType ? innerSize : leafSize;
  if (node + size > topology.length) throw broken(`${where} is cut off`);
  const address = topology[node + 1]!;
  const parameterCount = type === innerType ? 2 : 1 + topology[1]!;
  if (address < 0 || address + parameterCount > parameters.length) {
    throw broken(`${where}: its parameters at ${address} are out of range`);
  }
  if (type === innerType) {
    const column = topology[node + 4]!;
    if (column < 0 || column >= topology[0]!) throw broken(`${where} asks for feature ${column} of ${topology[0]}`);
    if (Number.isNaN(parameters[address + 1])) throw broken(`${where}: its threshold is not a number`);
    return;
  }
  for (let i = address + 1; i < address + parameterCount; i++) {
    const probability = parameters[i]!;
    // A little above 1 is rounding.
    if (!(probability >= 0 && probability <= 1.0001)) throw broken(`${where}: ${probability} is not a probability`);
  }
}

/** The error of a stored model that is not what it should be. */
export function broken(problem: string): BrushwoodError {
  return new BrushwoodError(
    'broken-file',
    `The stored classifier cannot be used: ${problem}. Train it again from the labels.`,
    { problem },
  );
}
