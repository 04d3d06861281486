import {
  addClass,
  clearClass,
  deleteClass,
  mergeClasses,
  recolorClass,
  renameClass,
  type LabelClass,
  type Project,
} from '@brushwood/core';
import { confirmDialog } from '../dialog/confirm-dialog.ts';
import type { LabelAction } from '../label-list/label-list.ts';

/**
 * What an action does to the classes of a project; undefined if it is no edit, or the user thought better of it. Asks before what takes
 * strokes away. To be applied to the project as it is then.
 */
export async function editClasses(
  classes: readonly LabelClass[],
  action: LabelAction,
  parent: HTMLElement,
): Promise<((project: Project) => Project) | undefined> {
  const nameOf = (index: number) => classes[index]!.name;
  switch (action.kind) {
    case 'add':
      return (project) => addClass(project, freeName(project.classes));
    case 'rename':
      return (project) => renameClass(project, action.classIndex, action.name);
    case 'recolor':
      return (project) => recolorClass(project, action.classIndex, action.color);
    case 'clear': {
      const question = `Clear all strokes of "${nameOf(action.classIndex)}"?`;
      return (await confirmDialog(question, 'Clear', parent))
        ? (project) => clearClass(project, action.classIndex)
        : undefined;
    }
    case 'delete': {
      const question = `Delete "${nameOf(action.classIndex)}" and its strokes?`;
      return (await confirmDialog(question, 'Delete', parent))
        ? (project) => deleteClass(project, action.classIndex)
        : undefined;
    }
    case 'merge': {
      const question = `Give all strokes of "${nameOf(action.classIndex)}" to "${nameOf(action.into)}"?`;
      return (await confirmDialog(question, 'Merge', parent))
        ? (project) => mergeClasses(project, action.classIndex, action.into)
        : undefined;
    }
    default:
      return undefined;
  }
}

function freeName(classes: readonly LabelClass[]): string {
  const taken = new Set(classes.map(({ name }) => name));
  let number = classes.length + 1;
  while (taken.has(`Label ${number}`)) number++;
  return `Label ${number}`;
}
