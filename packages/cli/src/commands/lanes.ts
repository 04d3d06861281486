import {
  addLane,
  BrushwoodError,
  countLabels,
  embedLane,
  findLane,
  relinkLane,
  removeLane,
  replaceLane,
  setPredictionMask,
  type ChannelSelection,
  type PipelineServices,
  type Project,
} from '@brushwood/core';
import { referenceOf } from '../image-file.ts';
import { editProject, loadProject } from '../project-file.ts';
import type { Report } from '../report.ts';
import { table } from '../table.ts';

export interface LanesOptions {
  readonly channels?: ChannelSelection;
  readonly inputAxes?: string;
  readonly copy?: boolean;
  readonly signal: AbortSignal;
  readonly report: Report;
}

export const laneActions =
  'add IMAGE… | remove LANE | replace LANE IMAGE | relink LANE IMAGE | copy LANE | mask LANE IMAGE | unmask LANE';

/** `brushwood lanes P.ilp [ACTION …]`: lists or changes the images of a project. */
export async function lanes(
  services: PipelineServices,
  path: string,
  [action, ...rest]: readonly string[],
  options: LanesOptions,
): Promise<void> {
  const { catalog } = services;
  const { report } = options;
  const edit = action === undefined ? undefined : laneEdit(services, action, rest, options);
  const project = edit ? await editProject(catalog, path, edit, options) : await loadProject(catalog, path, options);
  report.result(describeLanes(project), { lanes: project.lanes.map((_, i) => laneFacts(project, i)) });
}

function laneEdit({ catalog }: PipelineServices, action: string, rest: readonly string[], options: LanesOptions) {
  const { channels, inputAxes, copy, report, signal } = options;
  const describe = (file: string, as: ChannelSelection | undefined) =>
    referenceOf(catalog, file, {
      axes: inputAxes,
      channels: as,
      storage: copy ? 'embedded' : 'relative',
      report,
      signal,
    });
  const [lane = '', file = ''] = rest;
  const counts: Record<string, number> = { remove: 1, replace: 2, relink: 2, copy: 1, mask: 2, unmask: 1 };
  const isRightCount = action === 'add' ? rest.length >= 1 : rest.length === counts[action];
  if (!isRightCount)
    throw new BrushwoodError(
      'invalid-parameter',
      `Say: brushwood lanes PROJECT ${laneActions}; got "${[action, ...rest].join(' ')}".`,
    );
  const at = (project: Project) => findLane(project, lane);
  const edits: Record<string, (project: Project) => Promise<Project> | Project> = {
    async add(project) {
      let next = project;
      for (const image of rest) next = addLane(next, await describe(image, channels));
      return next;
    },
    remove: (project) => removeLane(project, at(project)),
    replace: async (project) => replaceLane(project, at(project), await describe(file, channels)),
    relink: async (project) =>
      relinkLane(project, at(project), await describe(file, project.lanes[at(project)]!.rawData.channels)),
    copy: (project) => embedLane(project, at(project)),
    mask: async (project) => setPredictionMask(project, at(project), await describe(file, 'all')),
    unmask: (project) => setPredictionMask(project, at(project), undefined),
  };
  return edits[action];
}

function laneFacts(project: Project, index: number) {
  const { rawData, labels, predictionMask } = project.lanes[index]!;
  return {
    lane: index,
    nickname: rawData.nickname,
    path: rawData.location.path,
    storage: rawData.storage,
    axes: rawData.axes,
    shape: rawData.shape,
    dtype: rawData.dtype,
    channels: rawData.channels,
    mask: predictionMask?.location.path,
    labelled: countLabels(labels, project.classes.length),
  };
}

function describeLanes(project: Project): string {
  if (project.lanes.length === 0) return 'The project has no image. Add one: brushwood lanes PROJECT add IMAGE.';
  const facts = project.lanes.map((_, i) => laneFacts(project, i));
  return table(
    ['lane', 'nickname', 'shape tczyx', 'dtype', 'storage', 'labelled', 'path'],
    facts.map((fact) => [
      String(fact.lane),
      fact.nickname,
      fact.shape.join('×'),
      fact.dtype ?? '?',
      fact.storage,
      String(fact.labelled.reduce((sum, count) => sum + count, 0)),
      fact.storage === 'embedded' ? '(in the project)' : fact.path,
    ]),
  );
}
