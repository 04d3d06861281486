import { BrushwoodError, messageOf, type StoredModel, type VigraForest, type VigraTree } from '@brushwood/core';
import { forestProblem } from './check-forest.ts';
import { parallelForestClass } from './ilp-layout.ts';
import type { ProjectReader } from './project-reader.ts';

export type StoredForests = Extract<StoredModel, { layout: 'vigra-forests' }>;

/**
 * The stored classifier, or undefined with a warning that says why it is left out: ilastik and this program train a
 * new one from the labels then. Pickled models are never unpickled.
 */
export function readForests(reader: ProjectReader, group: string, classCount: number): StoredForests | undefined {
  if (reader.file.kind(group) !== 'group') return undefined;
  try {
    return parseForests(reader, group, classCount);
  } catch (error) {
    if (!(error instanceof BrushwoodError)) throw error;
    reader.warn(`The stored classifier is left out: ${messageOf(error)}. Train again; labels and features are kept.`);
    return undefined;
  }
}

function parseForests(reader: ProjectReader, group: string, classCount: number): StoredForests | undefined {
  const names = reader.names(group);
  if (names.includes('pickled_classifier')) throw refused('it is a Python pickle, which is not opened for safety');
  const type = reader.text(`${group}/pickled_type`);
  if (type !== undefined && !type.includes(parallelForestClass)) throw refused('it is of a kind only ilastik knows');
  const forests = names
    .filter((name) => /^Forest\d+$/.test(name))
    .map((name) => readForest(reader, `${group}/${name}`));
  const first = forests[0];
  if (!first) return undefined;
  const knownLabels =
    reader.numbers(`${group}/known_labels`) ?? Array.from({ length: first.classCount }, (_, i) => i + 1);
  checkForests(forests, knownLabels, classCount);
  const featureNames = reader.texts(`${group}/feature_names`);
  if (featureNames && featureNames.length !== first.columnCount) {
    throw refused(`it uses ${first.columnCount} features, but ${featureNames.length} are named`);
  }
  const featureCount = first.columnCount;
  return { layout: 'vigra-forests', classifierId: 'random-forest', forests, knownLabels, featureCount, classCount };
}

function checkForests(forests: readonly VigraForest[], knownLabels: readonly number[], classCount: number): void {
  const { columnCount, classCount: known } = forests[0]!;
  if (knownLabels.length > classCount || knownLabels.some((label) => label > classCount)) {
    throw refused(`it knows more classes (${knownLabels.join(', ')}) than the project has (${classCount})`);
  }
  const isAscending = knownLabels.every((label, i) => label >= 1 && (i === 0 || label > knownLabels[i - 1]!));
  if (!isAscending || knownLabels.length !== known) throw refused('its list of labels does not fit its classes');
  for (const [i, forest] of forests.entries()) {
    const problem = forestProblem(forest);
    if (problem) throw refused(`forest ${i}: ${problem}`);
    if (forest.columnCount !== columnCount || forest.classCount !== known) throw refused('its forests differ in size');
  }
}

function readForest(reader: ProjectReader, group: string): VigraForest {
  const options = readScalars(reader, `${group}/_options`);
  const parameters = readScalars(reader, `${group}/_ext_param`);
  const version = reader.file.attribute(group, 'vigra_random_forest_version');
  const number = Array.isArray(version) ? version[0] : version;
  if (typeof number === 'number' && number > 0.1) throw refused(`it has vigra's layout ${number}; 0.1 is known`);
  const trees = reader.file
    .children(group)
    .sort()
    .filter((name) => !name.startsWith('_'))
    .map((name) => readTree(reader, `${group}/${name}`));
  return {
    trees,
    columnCount: parameters['column_count_'] ?? 0,
    classCount: parameters['class_count_'] ?? 0,
    labels: reader.numbers(`${group}/_ext_param/labels`) ?? [],
    options,
    parameters,
  };
}

/** The datasets of shape (1,) in a group; all others are derived when the forest is written again. */
function readScalars(reader: ProjectReader, group: string): Record<string, number> {
  const values: Record<string, number> = {};
  for (const name of reader.file.children(group)) {
    const isList = name === 'labels' || name === 'class_weights_';
    const numbers = isList ? undefined : reader.file.readNumbers(`${group}/${name}`);
    if (numbers?.length === 1) values[name] = Number(numbers[0]);
  }
  return values;
}

function readTree(reader: ProjectReader, group: string): VigraTree {
  const topology = reader.file.readNumbers(`${group}/topology`);
  const parameters = reader.file.readNumbers(`${group}/parameters`);
  return {
    topology: topology instanceof Int32Array ? topology : Int32Array.from(topology as Iterable<number>, Number),
    parameters:
      parameters instanceof Float64Array ? parameters : Float64Array.from(parameters as Iterable<number>, Number),
  };
}

function refused(reason: string): BrushwoodError {
  return new BrushwoodError('broken-file', reason);
}
