import type { FolderOptions, TakenChoice } from '../../state/exports/folder-destination.ts';
import { choiceDialog } from './choice-dialog.ts';

const choices: readonly { readonly value: TakenChoice; readonly text: string }[] = [
  { value: 'rename', text: 'Keep both: add a number to the new names' },
  { value: 'skip', text: 'Leave out what exists' },
  { value: 'overwrite', text: 'Replace the files there' },
];

/**
 * Asks what becomes of files that exist.
 * @param element in whose page it is asked. It may be gone when it comes to that: the work of a step goes on while another one is shown
 */
export function askTakenNear(element: HTMLElement): FolderOptions['askTaken'] {
  const page = outermostHost(element);
  return async (paths) => {
    const [first] = paths;
    const question =
      paths.length === 1
        ? `"${first}" exists in the folder.`
        : `"${first}" and ${paths.length - 1} more exist in the folder.`;
    const parent = page.isConnected ? page : document.body;
    const chosen = await choiceDialog(question, choices, { yes: 'Go on', parent });
    return choices.find(({ value }) => value === chosen)?.value;
  };
}

/** The element around all others that an element lies in: the app, or the element itself. */
function outermostHost(element: HTMLElement): HTMLElement {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? outermostHost(root.host as HTMLElement) : element;
}
