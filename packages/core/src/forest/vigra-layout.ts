import type { VigraForest, VigraTree } from '../contracts/classifier.ts';

/**
 * vigra's tree layout (spec §C.6), as it lies in project files.
 *
 * `topology`, int32:
 *   [0] number of feature columns, [1] number of classes, [2] the root node; the other nodes follow in any order.
 *   inner node, 5 values: 0 (type), parameter address, address of the left child, of the right child, column
 *   leaf, 2 values:       0x40000000 (type), parameter address
 * Child addresses are indices into `topology`, parameter addresses indices into `parameters`.
 *
 * `parameters`, float64:
 *   inner node, 2 values: 1 (weight), threshold
 *   leaf, 1 + k values:   number of training samples, then the probability of each of the k classes
 *
 * A voxel goes left if `feature < threshold`, the feature a float32, the threshold a double; equal goes right.
 */
export const vigraNodes: Readonly<Record<'rootAddress' | 'innerType' | 'leafType' | 'innerSize' | 'leafSize', number>> =
  { rootAddress: 2, innerType: 0, leafType: 0x40000000, innerSize: 5, leafSize: 2 };

/** `_options` as ilastik writes them for the forests it trains (spec §C.6), without the number of trees. vigra needs every key. */
export const vigraDefaultOptions: Readonly<Record<string, number>> = {
  training_set_proportion_: 1,
  training_set_size_: 0,
  training_set_func_: 0,
  training_set_calc_switch_: 1,
  sample_with_replacement_: 1,
  stratification_method_: 3,
  mtry_: 0,
  mtry_func_: 0,
  mtry_switch_: 6,
  min_split_node_size_: 1,
  predict_weighted_: 0,
  prepare_online_learning_: 0,
};

/** `_ext_param` likewise, without the numbers of columns and classes. */
export const vigraDefaultParameters: Readonly<Record<string, number>> = {
  row_count_: 0,
  actual_mtry_: 0,
  actual_msample_: 0,
  problem_type_: 1,
  used_: 1,
  is_weighted_: 1,
  precision_: 0,
  response_size_: 1,
};

/**
 * What is wrong with a tree, or undefined. In a sound one every walk ends in a leaf, reads nothing outside of the arrays, and
 * leaves hold probabilities.
 */
export function vigraTreeProblem(
  tree: VigraTree,
  forest: Pick<VigraForest, 'columnCount' | 'classCount'>,
): string | undefined {
  const { topology, parameters } = tree;
  const { rootAddress, innerType } = vigraNodes;
  if (!(topology instanceof Int32Array) || !(parameters instanceof Float64Array)) {
    return 'is not of int32 and float64 numbers';
  }
  if (topology[0] !== forest.columnCount || topology[1] !== forest.classCount) {
    return (
      `is for ${topology[0]} features and ${topology[1]} classes, its forest for ${forest.columnCount} and ` +
      `${forest.classCount}`
    );
  }
  const isVisited = new Uint8Array(topology.length);
  const open: number[] = [rootAddress];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node < rootAddress || node >= topology.length) return `points outside itself, to node ${node}`;
    if (isVisited[node]) return `reaches node ${node} in two ways`;
    isVisited[node] = 1;
    const problem = nodeProblem(tree, node);
    if (problem) return `has a node ${node} that ${problem}`;
    if (topology[node] === innerType) open.push(topology[node + 3]!, topology[node + 2]!);
  }
  return undefined;
}

function nodeProblem({ topology, parameters }: VigraTree, node: number): string | undefined {
  const { innerType, leafType, innerSize, leafSize } = vigraNodes;
  const type = topology[node];
  if (type !== innerType && type !== leafType) return `is of the unknown type ${type}`;
  if (node + (type === innerType ? innerSize : leafSize) > topology.length) return 'is cut off';
  const address = topology[node + 1]!;
  const stop = address + (type === innerType ? 2 : 1 + topology[1]!);
  if (address < 0 || stop > parameters.length) return `has its parameters at ${address}, where there are none`;
  if (type === innerType) {
    const column = topology[node + 4]!;
    if (column < 0 || column >= topology[0]!) return `asks for feature ${column} of ${topology[0]}`;
    return Number.isNaN(parameters[address + 1]) ? 'has a threshold that is not a number' : undefined;
  }
  for (let i = address + 1; i < stop; i++) {
    const probability = parameters[i]!;
    // A little above 1 is rounding.
    if (!(probability >= 0 && probability <= 1.0001)) return `holds ${probability}, which is not a probability`;
  }
  return undefined;
}
