import { BrushwoodError, type DatasetEntry } from '@brushwood/core';
import type { Hdf5File } from './hdf5-file.ts';

/** Deeper nesting than this is a group that contains itself. */
const maxDepth = 16;

/** The datasets of a file, whatever they hold; those whose values lie in other files are left out. */
export function datasetsOf(file: Hdf5File): DatasetEntry[] {
  const found: DatasetEntry[] = [];
  const visit = (group: string, depth: number) => {
    for (const name of file.children(group || '/')) {
      const path = group ? `${group}/${name}` : name;
      if (file.isSoftLink(path)) continue; // a second name of something else
      const kind = file.kind(path);
      if (kind === 'group' && depth < maxDepth) visit(path, depth + 1);
      if (kind === 'dataset') {
        const entry = entryOf(file, path);
        if (entry) found.push(entry);
      }
    }
  };
  visit('', 0);
  return found;
}

function entryOf(file: Hdf5File, path: string): DatasetEntry | undefined {
  try {
    const { shape, typeName, dtype } = file.dataset(path);
    return { innerPath: path, shape, dtype: dtype ?? typeName };
  } catch (error) {
    if (error instanceof BrushwoodError && error.code === 'unsupported') return undefined; // lies in other files
    throw error;
  }
}
