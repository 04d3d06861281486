/** Where files are written before the user gets them: a folder of the page's private file system. */
export const exportFolder = 'brushwood-exports';

/** A file that was written there. */
export async function takeExport(name: string): Promise<File> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(exportFolder);
  return (await folder.getFileHandle(name)).getFile();
}
