import type { VigraForest } from '@brushwood/core';
import type { Hdf5Writer } from '../hdf5-writer.ts';
import { pickledType } from './ilp-layout.ts';
import type { StoredForests } from './read-forests.ts';

/** What ilastik writes for the forests it trains (spec §C.6); vigra needs every key. */
const defaultOptions: Readonly<Record<string, number>> = {
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
const defaultParameters: Readonly<Record<string, number>> = {
  row_count_: 0,
  actual_mtry_: 0,
  actual_msample_: 0,
  problem_type_: 1,
  used_: 1,
  is_weighted_: 1,
  precision_: 0,
  response_size_: 1,
};

/** A group `ClassifierForests` as ilastik reads it, without `feature_names`. */
export function writeForests(writer: Hdf5Writer, group: string, model: StoredForests): void {
  model.forests.forEach((forest, i) => {
    writeForest(writer, `${group}/Forest${String(i).padStart(4, '0')}`, forest);
  });
  writer.write(`${group}/known_labels`, Uint32Array.from(model.knownLabels));
  writer.write(`${group}/pickled_type`, pickledType);
}

function writeForest(writer: Hdf5Writer, group: string, forest: VigraForest): void {
  const { trees, columnCount, classCount } = forest;
  writer.group(group);
  writer.attribute(group, 'vigra_random_forest_version', Float64Array.of(0.1));
  const options = { ...defaultOptions, ...forest.options, tree_count_: trees.length };
  writeScalars(writer, `${group}/_options`, options);
  const sizes = { column_count_: columnCount, class_count_: classCount };
  writeScalars(writer, `${group}/_ext_param`, { ...defaultParameters, ...forest.parameters, ...sizes });
  writer.write(`${group}/_ext_param/class_weights_`, new Float64Array(classCount).fill(1));
  writer.write(`${group}/_ext_param/labels`, Uint32Array.from(forest.labels));
  const digits = String(trees.length - 1).length;
  trees.forEach((tree, i) => {
    const path = `${group}/Tree_${String(i).padStart(digits, '0')}`;
    writer.write(`${path}/topology`, tree.topology);
    writer.write(`${path}/parameters`, tree.parameters);
  });
}

/** Each of shape (1,): vigra refuses scalars. */
function writeScalars(writer: Hdf5Writer, group: string, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) writer.write(`${group}/${name}`, Float64Array.of(value));
}
