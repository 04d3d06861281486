import {
  BrushwoodError,
  enterPageFolder,
  hasEntry,
  openPageStorage,
  pagePathParts,
  writingPage,
} from '@brushwood/core';
import type { StagingFolder, StagingOptions } from './staging-folder.ts';

/**
 * A folder of the page's private file system (OPFS) in which files lie until all are finished.
 * @throws 'already-exists' without `overwrite` if one of the files is there; 'write-failed'
 */
export async function createStagingFolder({ path, names, overwrite }: StagingOptions): Promise<StagingFolder> {
  const { parents, name } = pagePathParts(path);
  const partial = `${name}.partial`;
  const root = await openPageStorage();
  const folder = await writingPage(path, () => enterPageFolder(root, parents, { create: true }));
  const remove = async () => {
    if (await hasEntry(folder, partial)) await folder.removeEntry(partial, { recursive: true });
  };
  const refuseExisting = async () => {
    for (const file of overwrite ? [] : names) {
      if (!(await hasEntry(folder, file))) continue;
      const taken = [...parents, file].join('/');
      throw new BrushwoodError(
        'already-exists',
        `${taken} exists already. Choose another name or allow to replace it.`,
        { path: taken },
      );
    }
  };
  await refuseExisting();
  await writingPage(path, remove);
  return {
    pathOf: (file) => [...parents, partial, file].join('/'),
    async publish() {
      await refuseExisting();
      await writingPage(path, async () => {
        const staged = await folder.getDirectoryHandle(partial);
        for (const file of names) await moveFile(await staged.getFileHandle(file), folder, file);
        await remove();
      });
    },
    remove: () => writingPage(path, remove),
  };
}

/** A rename where the browser has it; else a copy. */
async function moveFile(
  file: FileSystemFileHandle & { move?(folder: FileSystemDirectoryHandle, name: string): Promise<void> },
  folder: FileSystemDirectoryHandle,
  name: string,
): Promise<void> {
  if (file.move) {
    if (await hasEntry(folder, name)) await folder.removeEntry(name);
    await file.move(folder, name);
    return;
  }
  const target = await folder.getFileHandle(name, { create: true });
  await (await file.getFile()).stream().pipeTo(await target.createWritable());
}
