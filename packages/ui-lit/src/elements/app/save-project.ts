import { BrushwoodError } from '@brushwood/core';
import { appMessage } from '../../state/advice.ts';
import type { ProjectDesk } from '../../state/project-desk.ts';
import { confirmDialog } from '../dialog/confirm-dialog.ts';

/** Saves the project; where another window has saved over what this one began from, a copy if the user wants one. */
export async function saveProject(
  desk: ProjectDesk,
  { isNewPlace, parent }: { isNewPlace: boolean; parent: HTMLElement },
): Promise<void> {
  try {
    await desk.save({ isNewPlace });
  } catch (error) {
    if (!(error instanceof BrushwoodError) || error.code !== 'other-settings') throw error;
    if (!(await confirmDialog(appMessage(error), 'Save a copy', parent))) throw error;
    await desk.saveCopy();
  }
}
