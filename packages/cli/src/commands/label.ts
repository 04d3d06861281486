import {
  BrushwoodError,
  countLabels,
  findLane,
  importLabels,
  openImage,
  outputFormat,
  readLabels,
  roiShape,
  wholeRoi,
  BlockGrid,
  type PipelineServices,
  type Project,
} from '@brushwood/core';
import { existsSync } from 'node:fs';
import { imageLocation } from '../image-file.ts';
import { makeFolderOf, outputLocation } from '../output-file.ts';
import { editProject, loadProject } from '../project-file.ts';
import type { Report } from '../report.ts';

export interface LabelOptions {
  readonly labels?: string;
  readonly export?: string;
  readonly lane: string;
  readonly merge?: boolean;
  readonly inputAxes?: string;
  readonly map?: ReadonlyMap<number, number>;
  readonly format?: string;
  readonly force?: boolean;
  readonly signal: AbortSignal;
  readonly report: Report;
}

/** `brushwood label P.ilp --labels MASK` or `--export OUT`. */
export async function label(services: PipelineServices, path: string, options: LabelOptions): Promise<void> {
  if ((options.labels === undefined) === (options.export === undefined)) {
    throw new BrushwoodError(
      'invalid-parameter',
      'Say either --labels MASK to import labels or --export FILE to write them.',
    );
  }
  if (options.export === undefined) await importFrom(services, path, options);
  else await exportTo(services, path, options);
}

async function importFrom({ catalog }: PipelineServices, path: string, options: LabelOptions): Promise<void> {
  const { report, signal, merge: isMerge, map: valueMap } = options;
  let lane = 0;
  let known = 0;
  const edit = async (project: Project) => {
    lane = findLane(project, options.lane);
    known = project.classes.length;
    const location = imageLocation(catalog, options.labels!);
    const source = await openImage(catalog.formats, { location, axes: options.inputAxes }, { signal });
    try {
      return await importLabels(project, source, { lane, isMerge, valueMap, signal });
    } finally {
      await source.close();
    }
  };
  const project = await editProject(catalog, path, edit, options);
  const added = project.classes
    .slice(known)
    .map((item, i) => `${known + i + 1} "${item.name}" (${item.color.join(',')})`);
  if (added.length > 0) {
    report.warn(
      `${options.labels} holds values or colours no class had, so there are new classes: ${added.join(', ')}. ` +
        'If that was not meant, delete or merge them (brushwood classes PROJECT) and say with --map what values mean, or give the ' +
        'classes the colours of the label image first (classes PROJECT recolor).',
    );
  }
  const counts = countLabels(project.lanes[lane]!.labels, project.classes.length);
  const parts = project.classes.map((item, i) => `${item.name} ${counts[i]}`);
  report.result(`Labelled voxels of "${project.lanes[lane]!.rawData.nickname}": ${parts.join(', ')}.`, {
    lane,
    labelled: Object.fromEntries(project.classes.map((item, i) => [item.name, counts[i]])),
  });
}

async function exportTo({ catalog }: PipelineServices, path: string, options: LabelOptions): Promise<void> {
  const { report, force, signal } = options;
  const project = await loadProject(catalog, path, options);
  const lane = project.lanes[findLane(project, options.lane)]!;
  const location = outputLocation(catalog, options.export!);
  const format = outputFormat(catalog.formats, { id: options.format, path: location.path });
  if (!force && existsSync(location.path)) {
    throw new BrushwoodError(
      'already-exists',
      `"${location.path}" exists already. Name another file with --export, or use --force to replace it.`,
      { path: location.path },
    );
  }
  makeFolderOf(location.path);
  const colors = project.classes.map((item) => item.color);
  const sink = await format.create!(
    location,
    { axes: lane.rawData.axes, shape: lane.labels.shape, dtype: 'uint8', content: 'labels', colors },
    { overwrite: force, signal },
  );
  try {
    for (const roi of new BlockGrid(wholeRoi(lane.labels.shape), [1, 1, 1, 1024, 4096])) {
      await sink.write(roi, { data: readLabels(lane.labels, roi), shape: roiShape(roi) }, { signal });
    }
    await sink.close();
  } catch (error) {
    await sink.abort();
    throw error;
  }
  report.result(`Wrote ${options.export}.`, { output: options.export });
}
