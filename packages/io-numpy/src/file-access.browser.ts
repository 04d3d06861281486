import { BrushwoodError, createPageFile, findPageFile, openPageStorage, type ImageLocation } from '@brushwood/core';
import { openBlob } from './blob-reader.ts';
import type { FileReader, FileWriter, SharedWriter } from './file-access.ts';

export type * from './file-access.ts';

/** Opens the blob of a location, or a file of the page's private file system (OPFS). @throws 'not-found' */
export async function openFile({ blob, path }: ImageLocation): Promise<FileReader> {
  return openBlob(blob ?? (await findPageFile(await openPageStorage(), path)), path);
}

/** Starts a file in the page's private file system (OPFS). @throws 'already-exists' without `overwrite`; 'write-failed' */
export async function createFile(path: string, { overwrite }: { overwrite: boolean }): Promise<FileWriter> {
  const file = await createPageFile(await openPageStorage(), path, { overwrite });
  return {
    write: (position, bytes) => file.write(position, bytes),
    commit: () => file.close(),
    discard: () => file.abort(),
  };
}

/** @throws 'unsupported', always: a file in the browser's storage has one writer. */
export async function joinFile(partialPath: string): Promise<SharedWriter> {
  throw new BrushwoodError('unsupported', `${partialPath} has one writer already, and a browser allows no second.`, {
    path: partialPath,
  });
}
