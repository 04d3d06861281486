/** Where files are written before the user gets them: a folder of the page's private file system. */
export const exportFolder = 'brushwood-exports';

/** A file that was written there. */
export async function takeExport(name: string): Promise<File> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(exportFolder);
  return (await folder.getFileHandle(name)).getFile();
}

/** Gives a file to the user, as a download. */
export function downloadFile(file: File): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
