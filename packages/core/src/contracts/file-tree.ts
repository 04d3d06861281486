import { BrushwoodError, messageOf } from '../errors.ts';

/**
 * The files of a folder the browser was given: the handle of a chosen folder, or what was dropped or picked, by path below the folder
 * with `/` between names and none in front. Both can be sent to workers.
 */
export type FileTree = ReadonlyMap<string, Blob> | FileSystemDirectoryHandle;

/** A file of the tree, or undefined if there is none of that path. @throws 'broken-file' if it may not be read any more */
export async function findTreeFile(tree: FileTree, path: string): Promise<Blob | undefined> {
  if (tree instanceof Map) return tree.get(path) as Blob | undefined;
  const names = path.split('/');
  const name = names.pop()!;
  return reading(path, async () => {
    const folder = await enter(tree as FileSystemDirectoryHandle, names);
    return (await folder.getFileHandle(name)).getFile();
  });
}

/** As `findTreeFile`. @throws 'not-found' too */
export async function requireTreeFile(tree: FileTree, path: string): Promise<Blob> {
  const file = await findTreeFile(tree, path);
  if (file) return file;
  throw new BrushwoodError('not-found', `There is no file "${path}" in the chosen folder. Choose it again.`, { path });
}

/** Names of the folders below a path; the empty path is the tree itself. */
export async function treeFolders(tree: FileTree, path: string): Promise<string[]> {
  const names = path.split('/').filter((name) => name !== '');
  if (tree instanceof Map) {
    const start = names.map((name) => `${name}/`).join('');
    const inside = [...tree.keys()].filter((key: string) => key.startsWith(start) && key.includes('/', start.length));
    return [...new Set(inside.map((key: string) => key.slice(start.length, key.indexOf('/', start.length))))];
  }
  const found = await reading(path, async () => {
    const folder = await enter(tree as FileSystemDirectoryHandle, names);
    const folders: string[] = [];
    for await (const entry of folder.values()) if (entry.kind === 'directory') folders.push(entry.name);
    return folders;
  });
  return found ?? [];
}

async function enter(folder: FileSystemDirectoryHandle, names: readonly string[]): Promise<FileSystemDirectoryHandle> {
  let inner = folder;
  for (const name of names) inner = await inner.getDirectoryHandle(name);
  return inner;
}

async function reading<T>(path: string, action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (cause) {
    const { name } = cause as { name?: string };
    if (name === 'NotFoundError' || name === 'TypeMismatchError') return undefined;
    throw new BrushwoodError(
      'broken-file',
      `"${path}" in the chosen folder cannot be read any more: ${messageOf(cause)}. Choose the folder again.`,
      { path },
      { cause },
    );
  }
}
