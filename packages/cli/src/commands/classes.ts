import {
  addClass,
  BrushwoodError,
  clearClass,
  countLabels,
  deleteClass,
  findClass,
  mergeClasses,
  recolorClass,
  renameClass,
  type PipelineServices,
  type Project,
} from '@brushwood/core';
import { color } from '../options.ts';
import { editProject, loadProject } from '../project-file.ts';
import type { Report } from '../report.ts';
import { table } from '../table.ts';

export const classActions =
  'add NAME [COLOR] | rename CLASS NAME | recolor CLASS COLOR | merge CLASS INTO | delete CLASS | clear CLASS';

/** `brushwood classes P.ilp [ACTION …]`: lists or changes the classes. A class is named or numbered from 1. */
export async function classes(
  { catalog }: PipelineServices,
  path: string,
  words: readonly string[],
  report: Report,
): Promise<void> {
  const edit = words.length === 0 ? undefined : classEdit(words);
  const run = { report };
  const project = edit ? await editProject(catalog, path, edit, run) : await loadProject(catalog, path, run);
  const counts = labelCounts(project);
  const facts = project.classes.map((item, i) => ({
    label: i + 1,
    name: item.name,
    color: item.color,
    labelled: counts[i] ?? 0,
  }));
  const rows = facts.map((fact) => [String(fact.label), fact.name, fact.color.join(','), String(fact.labelled)]);
  report.result(
    facts.length === 0 ? 'The project has no class.' : table(['label', 'name', 'colour', 'labelled'], rows),
    { classes: facts },
  );
}

/** Labelled voxels per class over all lanes. */
export function labelCounts(project: Project): number[] {
  const perLane = project.lanes.map((lane) => countLabels(lane.labels, project.classes.length));
  return project.classes.map((_, i) => perLane.reduce((sum, counts) => sum + counts[i]!, 0));
}

function classEdit([action = '', first = '', second = '', ...more]: readonly string[]): (project: Project) => Project {
  const edits: Record<string, { words: readonly number[]; edit: (project: Project) => Project }> = {
    add: { words: [1, 2], edit: (project) => addClass(project, first, second === '' ? undefined : color(second)) },
    rename: { words: [2], edit: (project) => renameClass(project, findClass(project, first), second) },
    recolor: { words: [2], edit: (project) => recolorClass(project, findClass(project, first), color(second)) },
    merge: {
      words: [2],
      edit: (project) => mergeClasses(project, findClass(project, first), findClass(project, second)),
    },
    delete: { words: [1], edit: (project) => deleteClass(project, findClass(project, first)) },
    clear: { words: [1], edit: (project) => clearClass(project, findClass(project, first)) },
  };
  const chosen = edits[action];
  const count = [first, second, ...more].filter((word) => word !== '').length;
  if (!chosen?.words.includes(count)) {
    throw new BrushwoodError(
      'invalid-parameter',
      `Say: brushwood classes PROJECT ${classActions}; got "${[action, first, second, ...more].join(' ').trim()}".`,
    );
  }
  return chosen.edit;
}
