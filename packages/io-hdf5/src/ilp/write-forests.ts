import { vigraDefaultOptions, vigraDefaultParameters, type VigraForest } from '@brushwood/core';
import type { Hdf5Writer } from '../hdf5-writer.ts';
import { pickledType } from './ilp-layout.ts';
import type { StoredForests } from './read-forests.ts';

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
  const options = { ...vigraDefaultOptions, ...forest.options, tree_count_: trees.length };
  writeScalars(writer, `${group}/_options`, options);
  const sizes = { column_count_: columnCount, class_count_: classCount };
  writeScalars(writer, `${group}/_ext_param`, { ...vigraDefaultParameters, ...forest.parameters, ...sizes });
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
