import { naturalOrder, type PageFolder } from '@brushwood/core';

/** A file below a folder. */
export interface FolderFile {
  /** With the folders it lies in, below the folder that was listed. */
  readonly path: string;
  readonly file: File;
}

/** All files below a folder: by name, those of a folder before those of the folders in it. */
export async function listFiles(folder: PageFolder, path = ''): Promise<readonly FolderFile[]> {
  const entries: FileSystemHandle[] = [];
  for await (const entry of folder.values()) entries.push(entry);
  entries.sort((a, b) => naturalOrder(a.name, b.name));
  const files: FolderFile[] = [];
  for (const entry of entries) {
    if (entry.kind === 'file') {
      files.push({ path: path + entry.name, file: await (entry as FileSystemFileHandle).getFile() });
    }
  }
  for (const entry of entries) {
    if (entry.kind === 'directory') {
      files.push(...(await listFiles(entry as FileSystemDirectoryHandle, `${path}${entry.name}/`)));
    }
  }
  return files;
}
