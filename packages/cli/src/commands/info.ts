import {
  describeLocation,
  detectFormat,
  modelCard,
  modelCardRows,
  parseImagePath,
  usedChannelCount,
  type DatasetEntry,
  type ImageInfo,
  type ModelCard,
  type PipelineServices,
  type Project,
  type StorageFormat,
  type StoredModel,
} from '@brushwood/core';
import { existsSync } from 'node:fs';
import { imageLocation } from '../image-file.ts';
import { loadProject } from '../project-file.ts';
import type { Report } from '../report.ts';
import { table } from '../table.ts';
import { labelCounts } from './classes.ts';

/** `brushwood info FILE`: what is in an image or project. */
export async function info(
  services: PipelineServices,
  path: string,
  { report, inputAxes }: { report: Report; inputAxes?: string },
): Promise<void> {
  const { catalog } = services;
  const isProject = catalog.projectStores.some((store) =>
    store.extensions.some((extension) => path.toLowerCase().endsWith(extension)),
  );
  if (isProject && (existsSync(path) || !parseImagePath(path, catalog.formats).innerPath)) {
    describeProject(await loadProject(catalog, path, { report }), services, report);
    return;
  }
  const location = imageLocation(catalog, path);
  const format = await detectFormat(catalog.formats, location);
  const datasets = location.innerPath === undefined ? await format.list?.(location) : undefined;
  const open = () => format.open(location, { axes: inputAxes });
  // A container of several images cannot be opened as one; the resolutions of one image can.
  const source = await (datasets && datasets.length !== 1 ? open().catch(() => undefined) : open());
  if (!source) {
    listDatasets(path, { format, datasets: datasets ?? [], report });
    return;
  }
  try {
    report.result(describeImage(describeLocation(location), format.displayName, source.info), {
      format: format.id,
      ...source.info,
    });
  } finally {
    await source.close();
  }
}

function listDatasets(
  path: string,
  parts: { format: StorageFormat; datasets: readonly DatasetEntry[]; report: Report },
): void {
  const { format, datasets, report } = parts;
  const rows = datasets.map((entry) => [entry.innerPath, entry.shape.join('×'), entry.dtype]);
  report.result(
    `${path}: ${format.displayName} with ${datasets.length} datasets\n${table(['dataset', 'shape', 'dtype'], rows)}`,
    { format: format.id, datasets },
  );
}

function describeImage(name: string, format: string, image: ImageInfo): string {
  const { voxelSize } = image;
  const size =
    voxelSize &&
    (['x', 'y', 'z'] as const).flatMap((axis) => (voxelSize[axis] === undefined ? [] : [`${axis} ${voxelSize[axis]}`]));
  const rows = [
    ['format', format],
    ['axes in the file', image.fileAxes],
    ['shape tczyx', image.shape.join(' × ')],
    ['dtype', image.dtype],
    ['chunk tczyx', image.levels[0]!.chunkShape.join(' × ')],
    ...(size?.length ? [['voxel size', `${size.join(', ')} ${voxelSize?.unit}`]] : []),
    ...(image.levels.length > 1 ? [['levels', image.levels.map((level) => level.shape.join('×')).join(', ')]] : []),
    ...(image.channelNames ? [['channels', image.channelNames.join(', ')]] : []),
  ];
  return table([name, ''], rows);
}

function describeProject(project: Project, { catalog }: PipelineServices, report: Report): void {
  const counts = labelCounts(project);
  const { classifier } = project;
  const card = modelCard(project, catalog);
  const selected = project.features.selected.flat().filter(Boolean).length;
  const lines = [
    `${project.workflowId} project with ${project.lanes.length} image(s)`,
    table(
      ['lane', 'nickname', 'shape tczyx', 'channels used'],
      project.lanes.map(({ rawData }, i) => [
        String(i),
        rawData.nickname,
        rawData.shape.join('×'),
        String(usedChannelCount(rawData)),
      ]),
    ),
    table(
      ['label', 'class', 'labelled'],
      project.classes.map((item, i) => [String(i + 1), item.name, String(counts[i])]),
    ),
    `${selected} filter/sigma pair(s) selected.`,
    card ? describeModel(classifier.model!, card) : 'No trained classifier.',
  ];
  report.result(lines.join('\n\n'), {
    workflow: project.workflowId,
    lanes: project.lanes.map(({ rawData }) => rawData),
    classes: project.classes.map((item, i) => ({ ...item, labelled: counts[i] })),
    features: project.features,
    classifier: {
      classifierId: classifier.classifierId,
      options: classifier.options,
      seed: classifier.seed,
      report: classifier.report,
    },
    isTrained: classifier.model !== undefined,
    model: card,
  });
}

function describeModel(model: StoredModel, card: ModelCard): string {
  const trees =
    model.layout === 'vigra-forests' ? model.forests.reduce((sum, forest) => sum + forest.trees.length, 0) : undefined;
  const parts = [`${model.classifierId}: ${model.featureCount} features`, `classes ${model.knownLabels.join(', ')}`];
  if (trees !== undefined) parts.push(`${trees} trees`);
  return `Classifier ${parts.join(', ')}.\n${table(['model', ''], modelCardRows(card))}`;
}
