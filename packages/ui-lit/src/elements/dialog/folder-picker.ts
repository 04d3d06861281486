type FolderPicker = (options: { mode: 'read' | 'readwrite'; id: string }) => Promise<FileSystemDirectoryHandle>;

/** Lets the user choose a folder; call it in the turn of a click. Undefined in browsers that hand out no folders. */
export function folderPicker(): FolderPicker | undefined {
  return (globalThis as { showDirectoryPicker?: FolderPicker }).showDirectoryPicker?.bind(globalThis);
}
