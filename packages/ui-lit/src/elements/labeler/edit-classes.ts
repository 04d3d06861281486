import {
  addClass,
  clearClass,
  deleteClass,
  mergeClasses,
  recolorClass,
  renameClass,
  type Project,
} from '@brushwood/core';
import { confirmDialog } from '../dialog/confirm-dialog.ts';
import type { LabelAction } from '../label-list/label-list.ts';

/** The project after an edit of its classes; undefined if the action is none. Asks before what takes strokes away. */
export async function editClasses(
  project: Project,
  action: LabelAction,
  parent: HTMLElement,
): Promise<Project | undefined> {
  const nameOf = (index: number) => project.classes[index]!.name;
  switch (action.kind) {
    case 'add': {
      const taken = new Set(project.classes.map(({ name }) => name));
      let number = project.classes.length + 1;
      while (taken.has(`Label ${number}`)) number++;
      return addClass(project, `Label ${number}`);
    }
    case 'rename':
      return renameClass(project, action.classIndex, action.name);
    case 'recolor':
      return recolorClass(project, action.classIndex, action.color);
    case 'clear': {
      const question = `Clear all strokes of "${nameOf(action.classIndex)}"?`;
      return (await confirmDialog(question, 'Clear', parent)) ? clearClass(project, action.classIndex) : undefined;
    }
    case 'delete': {
      const question = `Delete "${nameOf(action.classIndex)}" and its strokes?`;
      return (await confirmDialog(question, 'Delete', parent)) ? deleteClass(project, action.classIndex) : undefined;
    }
    case 'merge': {
      const question = `Give all strokes of "${nameOf(action.classIndex)}" to "${nameOf(action.into)}"?`;
      return (await confirmDialog(question, 'Merge', parent))
        ? mergeClasses(project, action.classIndex, action.into)
        : undefined;
    }
    default:
      return undefined;
  }
}
