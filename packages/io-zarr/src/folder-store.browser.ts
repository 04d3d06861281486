import { BrushwoodError, enterPageFolder, openPageStorage, pagePathParts } from '@brushwood/core';
import type { ZarrStore } from './store.ts';
import { treeStore } from './tree-store.ts';
import type { FileBytes } from './zip-store.ts';

/** A folder of the page's private file system (OPFS). @throws {BrushwoodError} 'unsupported' for others: a browser has no paths. */
export async function openFolder(path: string): Promise<ZarrStore> {
  const { parents, name } = pagePathParts(path);
  try {
    const folder = await enterPageFolder(await openPageStorage(), [...parents, name]);
    return treeStore(folder, path);
  } catch (cause) {
    throw new BrushwoodError(
      'unsupported',
      `${path} cannot be opened by its path in a browser. Give the URL of the Zarr image, or choose its folder.`,
      { path },
      { cause },
    );
  }
}

/** None: a browser has no paths. */
export async function openFileBytes(_path: string): Promise<FileBytes | undefined> {
  return undefined;
}
