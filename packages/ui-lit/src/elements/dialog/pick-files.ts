export interface PickOptions {
  readonly accept?: string;
  readonly isMultiple?: boolean;
  /** A folder, with all files in it. */
  readonly isFolder?: boolean;
}

/** Lets the user choose files of this computer. Resolves with none if the dialog is cancelled. */
export function pickFiles({ accept = '', isMultiple = false, isFolder = false }: PickOptions = {}): Promise<File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = accept;
    input.multiple = isMultiple;
    input.webkitdirectory = isFolder;
    input.addEventListener('change', () => resolve([...(input.files ?? [])]));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}
