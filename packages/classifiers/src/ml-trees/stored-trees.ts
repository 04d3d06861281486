import type { NumberArray, StoredModel, VigraTree } from '@brushwood/core';
import { broken, checkLabels, checkTree } from '../random-forest/check-forest.ts';

/** What a model knows besides its trees. */
export type TreeModelFacts = Pick<StoredModel, 'classifierId' | 'knownLabels' | 'featureCount' | 'classCount'>;

/**
 * Trees as named arrays: `topology` and `parameters` of all trees (layout: core's forest/vigra-layout.ts) one after
 * another, `topologyStart` and `parametersStart` (tree count + 1) where each begins.
 */
export function storeTrees(trees: readonly VigraTree[], facts: TreeModelFacts): StoredModel {
  const starts = (lengths: number[]) => {
    const list = new Int32Array(lengths.length + 1);
    lengths.forEach((length, i) => (list[i + 1] = list[i]! + length));
    return list;
  };
  const topologyStart = starts(trees.map((tree) => tree.topology.length));
  const parametersStart = starts(trees.map((tree) => tree.parameters.length));
  const topology = new Int32Array(topologyStart.at(-1) ?? 0);
  const parameters = new Float64Array(parametersStart.at(-1) ?? 0);
  trees.forEach((tree, i) => {
    topology.set(tree.topology, topologyStart[i]);
    parameters.set(tree.parameters, parametersStart[i]);
  });
  return { layout: 'arrays', ...facts, arrays: { topology, topologyStart, parameters, parametersStart }, texts: {} };
}

/** @throws 'broken-file' unless these are trees that fit their model */
export function restoreTrees(stored: StoredModel, classifierId: string): VigraTree[] {
  if (stored.layout !== 'arrays' || stored.classifierId !== classifierId) {
    throw broken(
      `it is a model of "${stored.classifierId}" stored as "${stored.layout}", not one of "${classifierId}"`,
    );
  }
  checkLabels(stored);
  const { topology, topologyStart, parameters, parametersStart } = stored.arrays;
  if (!topology || !topologyStart || !parameters || !parametersStart) {
    throw broken('it lacks one of the arrays topology, topologyStart, parameters, parametersStart');
  }
  checkStarts(topologyStart, topology.length, 'topologyStart');
  checkStarts(parametersStart, parameters.length, 'parametersStart');
  if (topologyStart.length !== parametersStart.length) throw broken('its trees have not one set of parameters each');
  const nodes = Int32Array.from(topology);
  const numbers = Float64Array.from(parameters);
  const shape = { columnCount: stored.featureCount, classCount: stored.knownLabels.length };
  return Array.from({ length: topologyStart.length - 1 }, (_, i) => {
    const tree = {
      topology: nodes.slice(topologyStart[i], topologyStart[i + 1]),
      parameters: numbers.slice(parametersStart[i], parametersStart[i + 1]),
    };
    checkTree(tree, shape, `tree ${i}`);
    return tree;
  });
}

function checkStarts(starts: NumberArray, length: number, name: string): void {
  const isAscending = starts.every((start, i) => Number.isInteger(start) && start >= (starts[i - 1] ?? 0));
  if (starts.length < 2 || starts[0] !== 0 || starts.at(-1) !== length || !isAscending) {
    throw broken(`${name} does not cut an array of ${length} values into trees`);
  }
}
