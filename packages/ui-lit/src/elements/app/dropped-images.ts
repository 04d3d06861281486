import type { GivenFile } from '../../state/batch/batch-images.ts';
import type { NewImage } from '../../state/add-images.ts';
import { fileImage, folderImage, isProjectFile } from '../../state/given-images.ts';

/** What was dropped on the page. */
export interface Dropped {
  readonly images: readonly NewImage[];
  /** An ilastik project among it. */
  readonly project?: File;
}

/** Reads what was dropped. Call it in the turn of the event: the browser empties the list afterwards. */
export async function droppedImages({ items, files }: DataTransfer): Promise<Dropped> {
  const entries = [...items].map((item) => ({ entry: item.webkitGetAsEntry?.(), file: item.getAsFile() }));
  const plain = entries.length > 0 ? entries : [...files].map((file) => ({ entry: null, file }));
  const images: NewImage[] = [];
  let project: File | undefined;
  for (const { entry, file } of plain) {
    if (entry?.isDirectory) images.push(await droppedFolder(entry as FileSystemDirectoryEntry));
    else if (file && isProjectFile(file)) project = file;
    else if (file) images.push(fileImage(file));
  }
  return { images, project };
}

/** All files that were dropped, those in folders too. Call it in the turn of the event. */
export async function droppedFiles({ items }: DataTransfer): Promise<readonly GivenFile[]> {
  const entries = [...items].map((item) => ({ entry: item.webkitGetAsEntry?.(), file: item.getAsFile() }));
  const given: GivenFile[] = [];
  for (const { entry, file } of entries) {
    if (entry?.isDirectory) {
      const files = new Map<string, File>();
      await collect(entry as FileSystemDirectoryEntry, `${entry.name}/`, files);
      given.push(...[...files].map(([path, one]) => ({ path, file: one })));
    } else if (file) given.push({ path: file.name, file });
  }
  return given;
}

/** A dropped folder as one image: its files by their path within it. */
async function droppedFolder(folder: FileSystemDirectoryEntry): Promise<NewImage> {
  const files = new Map<string, File>();
  await collect(folder, '', files);
  return folderImage(folder.name, files);
}

async function collect(folder: FileSystemDirectoryEntry, prefix: string, files: Map<string, File>): Promise<void> {
  const reader = folder.createReader();
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return;
    for (const entry of entries) {
      const path = `${prefix}${entry.name}`;
      if (entry.isDirectory) await collect(entry as FileSystemDirectoryEntry, `${path}/`, files);
      else {
        const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
        files.set(path, file);
      }
    }
  }
}
