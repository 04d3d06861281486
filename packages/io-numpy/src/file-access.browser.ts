import { BrushwoodError, type ImageLocation } from '@brushwood/core';
import { openBlob } from './blob-reader.ts';
import type { FileReader, FileWriter, SharedWriter } from './file-access.ts';

export type * from './file-access.ts';

/** @throws 'unsupported' without a `blob`: a browser has no paths. */
export async function openFile(location: ImageLocation): Promise<FileReader> {
  if (location.blob) return openBlob(location.blob, location.path);
  throw noPaths(location.path, 'read');
}

/** @throws 'unsupported', always. */
export async function createFile(path: string, _options: { overwrite: boolean }): Promise<FileWriter> {
  throw noPaths(path, 'written');
}

/** @throws 'unsupported', always. */
export async function joinFile(partialPath: string): Promise<SharedWriter> {
  throw noPaths(partialPath, 'written');
}

function noPaths(path: string, what: string): BrushwoodError {
  return new BrushwoodError(
    'unsupported',
    `${path} cannot be ${what} by its path in a browser. Choose the file in a dialog, or use the brushwood command.`,
    { path },
  );
}
