import {
  BrushwoodError,
  elementCount,
  itemBytes,
  messageOf,
  type CarriedAttributes,
  type CarriedNode,
} from '@brushwood/core';
import type { Hdf5Writer } from '../hdf5-writer.ts';
import { exportFields } from './export-settings.ts';
import * as layout from './ilp-layout.ts';
import type { ProjectReader } from './project-reader.ts';

/** Foreign parts are kept in memory; more than this is another program's bulk data. */
const maxCarriedBytes = 512 << 20;

/** Root objects that are read elsewhere or say nothing worth keeping. */
const knownRoots: ReadonlySet<string> = new Set([
  layout.inputData,
  layout.featureSelections,
  layout.pixelClassification,
  layout.predictionExport,
  layout.brushwoodGroup,
  'ProjectMetadata',
  'ilastikVersion',
  'workflowName',
  'time',
]);

/** Members of known groups that are read elsewhere. */
const knownMembers: Readonly<Record<string, ReadonlySet<string>>> = {
  [layout.inputData]: new Set(['StorageVersion', 'Role Names', 'infos', 'local_data']),
  [layout.featureSelections]: new Set([
    'StorageVersion',
    'FeatureIds',
    'Scales',
    'SelectionMatrix',
    'ComputeIn2d',
    'FeatureListFilename',
  ]),
  [layout.pixelClassification]: new Set([
    'StorageVersion',
    'LabelNames',
    'LabelColors',
    'PmapColors',
    'Bookmarks',
    'LabelSets',
    'ClassifierForests',
  ]),
  [layout.predictionExport]: new Set(exportFields),
};

/** Pickle of an empty list: what ilastik writes when there are no bookmarks. */
const emptyBookmarksBytes = 6;

/**
 * Everything this program does not know, as far as it is numbers or text. `ClassifierFactory` and the feature names of
 * stored forests are among it: ilastik wants them back.
 */
export function readCarriedNodes(reader: ProjectReader): CarriedNode[] {
  const nodes: CarriedNode[] = [];
  const state = { bytes: 0 };
  for (const name of reader.names('')) {
    if (!knownRoots.has(name)) carry(reader, name, nodes, state);
  }
  for (const [group, known] of Object.entries(knownMembers)) {
    for (const name of reader.names(group)) {
      if (!known.has(name)) carry(reader, `${group}/${name}`, nodes, state);
    }
  }
  if (reader.file.kind(layout.featureNames) === 'dataset') carry(reader, layout.featureNames, nodes, state);
  reportBookmarks(reader);
  return nodes;
}

function reportBookmarks(reader: ProjectReader): void {
  const group = `${layout.pixelClassification}/Bookmarks`;
  const isUsed = reader.names(group).some((name) => {
    return reader.file.dataset(`${group}/${name}`).itemBytes > emptyBookmarksBytes;
  });
  if (isUsed) reader.warn('The bookmarks of the project cannot be kept; the next save leaves them out.');
}

function carry(reader: ProjectReader, path: string, nodes: CarriedNode[], state: { bytes: number }): void {
  try {
    const attributes = readAttributes(reader, path);
    if (reader.file.kind(path) === 'group') {
      nodes.push({ kind: 'group', path, attributes });
      for (const name of reader.names(path)) carry(reader, `${path}/${name}`, nodes, state);
      return;
    }
    const { shape, dtype, isText, typeName } = reader.file.dataset(path);
    state.bytes += elementCount(shape) * (dtype ? itemBytes(dtype) : 16);
    if (state.bytes > maxCarriedBytes) throw new BrushwoodError('too-large', 'it is too large to be carried along');
    if (isText) nodes.push({ kind: 'dataset', path, shape, data: reader.file.readTexts(path), attributes });
    else if (dtype) nodes.push({ kind: 'dataset', path, shape, data: reader.file.readNumbers(path), attributes });
    else reader.warn(`"${path}" (${typeName}) cannot be kept; the next save leaves it out.`);
  } catch (error) {
    if (!(error instanceof BrushwoodError)) throw error;
    if (error.code === 'unsupported') reader.warn(`"${path}" is left out: ${messageOf(error)}`);
    else reader.lose(`"${path}"`, error);
  }
}

function readAttributes(reader: ProjectReader, path: string): CarriedAttributes {
  const attributes: Record<string, CarriedAttributes[string]> = {};
  for (const name of reader.file.attributeNames(path)) {
    const value = reader.file.attribute(path, name);
    if (value !== undefined && name !== 'DIMENSION_LABELS') attributes[name] = value;
  }
  return attributes;
}

/** Writes foreign parts back, but for those whose path has been written already. */
export function writeCarriedNodes(writer: Hdf5Writer, nodes: readonly CarriedNode[]): void {
  for (const node of nodes) {
    if (writer.has(node.path)) continue;
    if (node.kind === 'group') writer.group(node.path);
    else
      writer.write(node.path, isTextData(node.data) && node.shape.length === 0 ? node.data[0]! : node.data, node.shape);
    for (const [name, value] of Object.entries(node.attributes)) writeAttribute(writer, node.path, name, value);
  }
}

function isTextData(data: Extract<CarriedNode, { kind: 'dataset' }>['data']): data is readonly string[] {
  return Array.isArray(data);
}

function writeAttribute(writer: Hdf5Writer, path: string, name: string, value: CarriedAttributes[string]): void {
  if (!Array.isArray(value)) return writer.attribute(path, name, value as string | number);
  const isText = value.every((item) => typeof item === 'string');
  writer.attribute(path, name, isText ? (value as string[]) : Float64Array.from(value as number[]));
}
