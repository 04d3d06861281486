import { describe, expect, it } from 'vitest';
import type { VigraTree } from '../contracts/classifier.ts';
import { vigraNodes, vigraTreeProblem } from './vigra-layout.ts';

const leaf = vigraNodes.leafType;
/** One split: feature 1 < 0.5 → leaf (3/4, 1/4), else leaf (0, 1). */
const topology = [3, 2, 0, 0, 7, 9, 1, leaf, 2, leaf, 5];
const parameters = [1, 0.5, 10, 0.75, 0.25, 20, 0, 1];
const tree = (nodes: readonly number[] = topology, values: readonly number[] = parameters): VigraTree => ({
  topology: Int32Array.from(nodes),
  parameters: Float64Array.from(values),
});
const nodesWith = (at: number, value: number) => tree(topology.map((old, i) => (i === at ? value : old)));
const valuesWith = (at: number, value: number) =>
  tree(
    topology,
    parameters.map((old, i) => (i === at ? value : old)),
  );
const problemOf = (changed: VigraTree) => vigraTreeProblem(changed, { columnCount: 3, classCount: 2 });

describe('vigraTreeProblem', () => {
  it('accepts a sound tree, a single leaf too', () => {
    expect(problemOf(tree())).toBeUndefined();
    expect(problemOf(tree([3, 2, leaf, 0], [5, 1, 0]))).toBeUndefined();
  });

  it.each([
    ['a tree of other features', nodesWith(0, 4), /for 4 features/],
    ['no root', tree([3, 2]), /points outside itself, to node 2/],
    ['a child beyond the end', nodesWith(5, 11), /to node 11/],
    ['a child in the header', nodesWith(4, 0), /to node 0/],
    ['a cycle', nodesWith(4, 2), /node 2 in two ways/],
    ['a shared child', nodesWith(4, 9), /node 9 in two ways/],
    ['an unknown kind of node', nodesWith(7, 1), /node 7 that is of the unknown type 1/],
    ['a node that is cut off', tree(topology.slice(0, 10)), /node 9 that is cut off/],
    ['a feature there is not', nodesWith(6, 3), /asks for feature 3 of 3/],
    ['a threshold outside of the parameters', nodesWith(3, 7), /node 2 that has its parameters at 7/],
    ['a leaf outside of the parameters', nodesWith(10, 6), /node 9 that has its parameters at 6/],
    ['a threshold that is not a number', valuesWith(1, NaN), /threshold that is not a number/],
    ['a probability above 1', valuesWith(3, 1.5), /1\.5, which is not a probability/],
    ['a probability that is not a number', valuesWith(6, NaN), /NaN, which is not a probability/],
  ])('finds %s', (_, changed, problem) => expect(problemOf(changed)).toMatch(problem));
});
