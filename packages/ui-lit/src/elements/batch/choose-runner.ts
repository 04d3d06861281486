import { downloadRunner, folderRunner, serverRunner } from '../../state/batch/start-batch.ts';
import type { ExportRunner } from '../../state/exports/export-plan.ts';
import { createFolderDestination, type TakenChoice } from '../../state/exports/folder-destination.ts';
import type { Labeling } from '../../state/labeling.ts';
import type { ProjectDesk } from '../../state/project-desk.ts';
import { choiceDialog } from '../dialog/choice-dialog.ts';

type FolderPicker = (options: { mode: 'read' | 'readwrite'; id: string }) => Promise<FileSystemDirectoryHandle>;

/** Absent in browsers that hand out no folders. */
export function folderPicker(): FolderPicker | undefined {
  return (globalThis as { showDirectoryPicker?: FolderPicker }).showDirectoryPicker?.bind(globalThis);
}

/**
 * What carries out a batch, as it is set. Call it in the turn of a click: only then a folder may be asked for.
 * @throws as the browser does, if the user chooses no folder
 */
export async function chooseRunner(
  labeling: Labeling,
  { batch, server }: ProjectDesk,
  parent: HTMLElement,
): Promise<ExportRunner> {
  if (server) return serverRunner(server);
  const pick = folderPicker();
  if (batch.settings.target === 'download' || !pick) return downloadRunner(labeling);
  const folder = await pick({ mode: 'readwrite', id: 'brushwood-results' });
  const askTaken = async (paths: readonly string[]) => {
    const question = `${paths.length} of the files exist in "${folder.name}" already, like ${paths[0]}.`;
    const choices: readonly { readonly value: TakenChoice; readonly text: string }[] = [
      { value: 'skip', text: 'Keep them, and leave those images out' },
      { value: 'rename', text: 'Keep them, and number the new ones' },
      { value: 'overwrite', text: 'Replace them' },
    ];
    const chosen = await choiceDialog(question, choices, { yes: 'Go on', parent });
    return choices.find(({ value }) => value === chosen)?.value;
  };
  return folderRunner(labeling, createFolderDestination(folder, { askTaken }));
}
