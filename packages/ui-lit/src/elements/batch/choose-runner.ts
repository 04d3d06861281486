import { createBackgroundRunner } from '../../state/batch/run-in-page.ts';
import { downloadRunner, serverRunner } from '../../state/batch/start-batch.ts';
import type { ExportRunner } from '../../state/exports/export-plan.ts';
import { createFolderDestination } from '../../state/exports/folder-destination.ts';
import type { Labeling } from '../../state/labeling.ts';
import type { ProjectDesk } from '../../state/project-desk.ts';
import { askTakenNear } from '../dialog/ask-taken.ts';
import { folderPicker } from '../dialog/folder-picker.ts';

/**
 * What carries out a batch, as it is set. Call it in the turn of a click: only then a folder may be asked for.
 * @throws as the browser does, if the user chooses no folder
 */
export async function chooseRunner(
  labeling: Labeling,
  { batch, server }: ProjectDesk,
  element: HTMLElement,
): Promise<ExportRunner> {
  if (server) return serverRunner(server);
  const pick = folderPicker();
  if (batch.settings.target === 'download' || !pick) return downloadRunner(labeling);
  const folder = await pick({ mode: 'readwrite', id: 'brushwood-results' });
  return createBackgroundRunner(labeling, createFolderDestination(folder, { askTaken: askTakenNear(element) }));
}
