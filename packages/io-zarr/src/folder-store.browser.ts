import { BrushwoodError } from '@brushwood/core';
import type { ZarrStore } from './store.ts';
import type { FileBytes } from './zip-store.ts';

/** @throws {BrushwoodError} 'unsupported', always: a browser has no paths. */
export async function openFolder(path: string): Promise<ZarrStore> {
  throw new BrushwoodError(
    'unsupported',
    `${path} cannot be opened by its path in a browser. Give the URL of the Zarr image, or use the brushwood command.`,
    { path },
  );
}

/** None: a browser has no paths. */
export async function openFileBytes(_path: string): Promise<FileBytes | undefined> {
  return undefined;
}
