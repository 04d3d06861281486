import { labelBlocks, type FeatureSelection, type LabelClass, type Labels, type Project } from '@brushwood/core';
import { formatAxisTags } from '../axistags.ts';
import type { Hdf5Writer } from '../hdf5-writer.ts';
import * as layout from './ilp-layout.ts';
import { workingAxes } from './label-axes.ts';
import type { StoredForests } from './read-forests.ts';
import { writeForests } from './write-forests.ts';

const { classifierFactory, classifierForests, featureSelections, pixelClassification } = layout;

/** Trees and forests of a new classifier of ilastik's. */
const defaultTrees = 100;
const defaultForests = 4;

export function writeFeatures(writer: Hdf5Writer, features: FeatureSelection): void {
  const { filterIds, sigmas, selected, computeIn2d } = features;
  const bytes = (flags: readonly boolean[]) => Uint8Array.from(flags, Number);
  writer.write(`${featureSelections}/StorageVersion`, '0.1');
  writer.write(`${featureSelections}/FeatureIds`, filterIds);
  writer.write(`${featureSelections}/Scales`, Float64Array.from(sigmas));
  const shape = [filterIds.length, sigmas.length];
  writer.write(`${featureSelections}/SelectionMatrix`, bytes(selected.flat()), shape);
  writer.write(`${featureSelections}/ComputeIn2d`, bytes(computeIn2d));
}

/** Classes, labels and, if ilastik can use it, the model. */
export function writePixelClassification(
  writer: Hdf5Writer,
  project: Project,
  forests: StoredForests | undefined,
): void {
  writer.write(`${pixelClassification}/StorageVersion`, '0.1');
  writeClasses(writer, project.classes);
  writer.group(layout.labelSets);
  // Label sets belong to lanes by position: every lane has one, also without labels.
  project.lanes.forEach(({ labels }, i) => {
    writeLabelSet(writer, `${layout.labelSets}/labels${String(i).padStart(3, '0')}`, labels);
  });
  writeFactory(writer, project, forests);
  if (!forests) return;
  writeForests(writer, classifierForests, forests);
  const names = carriedTexts(project, layout.featureNames);
  if (names?.length === forests.featureCount) writer.write(layout.featureNames, names);
}

function writeClasses(writer: Hdf5Writer, classes: readonly LabelClass[]): void {
  const names = classes.map((item) => item.name);
  const colors = BigInt64Array.from(classes.flatMap((item) => item.color).map(BigInt));
  const probabilityColors = BigInt64Array.from(classes.flatMap((item) => item.probabilityColor).map(BigInt));
  const isEmpty = classes.length === 0;
  const list = { LabelNames: names, LabelColors: colors, PmapColors: probabilityColors };
  for (const [name, value] of Object.entries(list)) {
    const path = `${pixelClassification}/${name}`;
    if (isEmpty) writer.write(path, Float64Array.of(0));
    else writer.write(path, value, name === 'LabelNames' ? undefined : [classes.length, 3]);
    writer.attribute(path, 'isEmpty', isEmpty);
  }
}

function writeLabelSet(writer: Hdf5Writer, group: string, labels: Labels): void {
  const axes = workingAxes(labels.shape);
  const tags = formatAxisTags(axes);
  writer.group(group);
  let i = 0;
  for (const { roi, data } of labelBlocks(labels)) {
    // The channel is last and has size 1, so the order of the voxels is core's.
    const start = [...axes].map((axis) => roi.start['tczyx'.indexOf(axis)]!);
    const stop = [...axes].map((axis) => roi.stop['tczyx'.indexOf(axis)]!);
    const path = `${group}/block${String(i++).padStart(4, '0')}`;
    const shape = stop.map((s, k) => s - start[k]!);
    writer.write(path, data, shape);
    writer.attribute(path, 'blockSlice', `[${start.map((s, k) => `${s}:${stop[k]}`).join(',')}]`);
    writer.attribute(path, 'axistags', tags);
  }
}

/** Says how ilastik trains anew. A text of another classifier than the parallel forest stays as it was. */
function writeFactory(writer: Hdf5Writer, project: Project, forests: StoredForests | undefined): void {
  const carried = carriedTexts(project, classifierFactory)?.[0];
  const isForeign = carried !== undefined && !carried.includes(layout.parallelForestClass);
  if (carried !== undefined && (isForeign || !forests)) return writer.write(classifierFactory, carried);
  const trees = forests?.forests.reduce((sum, forest) => sum + forest.trees.length, 0) ?? defaultTrees;
  writer.write(classifierFactory, layout.factoryText(trees, forests?.forests.length ?? defaultForests));
}

function carriedTexts(project: Project, path: string): readonly string[] | undefined {
  const node = project.carried.find((item) => item.path === path);
  if (node?.kind !== 'dataset') return undefined;
  const { data } = node;
  return ArrayBuffer.isView(data) ? undefined : data;
}
