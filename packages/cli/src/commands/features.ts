import {
  BrushwoodError,
  dropModel,
  emptySelection,
  findById,
  hasSelectedFeatures,
  selectAllFeatures,
  selectFeature,
  type FeatureSelection,
  type PipelineServices,
  type Project,
} from '@brushwood/core';
import { editProject, loadProject, workflowOf } from '../project-file.ts';
import type { Report } from '../report.ts';
import { table } from '../table.ts';

export interface FeaturesOptions {
  readonly all?: boolean;
  readonly select: readonly string[];
  readonly clear?: boolean;
  /** `--2d` and `--3d`. */
  readonly twoD?: boolean;
  readonly list?: boolean;
  readonly report: Report;
}

/** `brushwood features P.ilp`: shows and sets the matrix of filters × sigmas. */
export async function features(services: PipelineServices, path: string, options: FeaturesOptions): Promise<void> {
  const { catalog } = services;
  const { report } = options;
  const isEdit = options.all || options.clear || options.select.length > 0 || options.twoD !== undefined;
  const edit = (project: Project) => dropModel({ ...project, features: editSelection(services, project, options) });
  const run = { report };
  const project = isEdit ? await editProject(catalog, path, edit, run) : await loadProject(catalog, path, run);
  const names = hasSelectedFeatures(project.features)
    ? workflowOf(catalog, project).featureNames(project, catalog)
    : [];
  const text = options.list
    ? names.map((name, i) => `${i}  ${name}`).join('\n')
    : matrix(services, project.features, names.length);
  report.result(text, { ...project.features, features: names });
}

function editSelection({ catalog }: PipelineServices, project: Project, options: FeaturesOptions): FeatureSelection {
  const isFlat = project.lanes.every((lane) => lane.rawData.shape[2] === 1);
  let selection = options.clear ? emptySelection(catalog.filters, isFlat) : project.features;
  if (options.all) selection = selectAllFeatures(withAllFilters(catalog, selection), catalog.filters);
  for (const cell of options.select) {
    const [id = '', sigmaText = ''] = cell.split(':');
    const filter = findById(catalog.filters, id, 'filter');
    const sigma = Number(sigmaText);
    if (!(Number.isFinite(sigma) && sigma > 0)) {
      throw new BrushwoodError(
        'invalid-parameter',
        `Say --select FILTER:SIGMA with a sigma above 0, like ${filter.id}:1.6; got "${cell}".`,
      );
    }
    selection = selectFeature(withAllFilters(catalog, selection), filter.id, sigma);
  }
  if (options.twoD !== undefined) selection = { ...selection, computeIn2d: selection.sigmas.map(() => options.twoD!) };
  return selection;
}

/** Rows for filters the project does not list yet, at the end: the order of known ones must not change. */
function withAllFilters({ filters }: PipelineServices['catalog'], selection: FeatureSelection): FeatureSelection {
  const missing = filters.filter((filter) => !selection.filterIds.includes(filter.id));
  return {
    ...selection,
    filterIds: [...selection.filterIds, ...missing.map((filter) => filter.id)],
    selected: [...selection.selected, ...missing.map(() => selection.sigmas.map(() => false))],
  };
}

function matrix({ catalog }: PipelineServices, selection: FeatureSelection, featureCount: number): string {
  const nameOf = (id: string) => catalog.filters.find((filter) => filter.id === id)?.displayName ?? `${id} (unknown)`;
  const rows = selection.filterIds.map((id, row) => [
    nameOf(id),
    ...selection.sigmas.map((_, column) => (selection.selected[row]![column] ? '×' : '·')),
  ]);
  const modes = ['computed in', ...selection.computeIn2d.map((is2d) => (is2d ? '2D' : '3D'))];
  return `${table(['sigma', ...selection.sigmas.map(String)], [...rows, modes])}\n${featureCount} feature(s) per voxel`;
}
