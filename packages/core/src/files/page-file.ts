import { BrushwoodError, messageOf } from '../errors.ts';

/** A folder that a page may write to: of its private file system, or one the user has chosen. */
export type PageFolder = FileSystemDirectoryHandle;

/** A file that is being written. The browser keeps its bytes apart until `close`, so an older file stays until then. */
export interface PageFile {
  /** @throws 'write-failed' */
  write(position: number, bytes: Uint8Array): Promise<void>;
  /** @param size in bytes; default as far as was written @throws 'write-failed' */
  close(size?: number): Promise<void>;
  /** Gives up and leaves nothing of a file that was not there before. Safe twice and after `close`. */
  abort(): Promise<void>;
}

/**
 * Starts a file below a folder, making the folders of its path.
 * @throws 'already-exists' without `overwrite`; 'write-failed', with `isFull` in its details where there is no room left
 */
export async function createPageFile(
  root: PageFolder,
  path: string,
  options: { readonly overwrite?: boolean | undefined } = {},
): Promise<PageFile> {
  const { parents, name } = pagePathParts(path);
  const folder = await writingPage(path, () => enterPageFolder(root, parents, { create: true }));
  const isThere = await hasEntry(folder, name);
  if (isThere && !options.overwrite) throw alreadyExists(path);
  const removeOwn = async () => {
    if (!isThere) await folder.removeEntry(name).catch(() => undefined); // nor may it be there any more
  };
  const stream = await writingPage(path, async () => {
    const handle = await folder.getFileHandle(name, { create: true });
    try {
      return await handle.createWritable();
    } catch (error) {
      await removeOwn();
      throw error;
    }
  });
  let isEnded = false;
  return {
    write: (position, bytes) =>
      writingPage(path, () => stream.write({ type: 'write', position, data: bytes as Uint8Array<ArrayBuffer> })),
    async close(size) {
      await writingPage(path, async () => {
        if (size !== undefined) await stream.truncate(size);
        await stream.close();
      });
      isEnded = true;
    },
    async abort() {
      if (isEnded) return;
      isEnded = true;
      await stream.abort().catch(() => undefined); // after a failed write it has ended by itself
      await removeOwn();
    },
  };
}

/** A file below a folder. @throws 'not-found' */
export async function findPageFile(root: PageFolder, path: string): Promise<File> {
  const { parents, name } = pagePathParts(path);
  try {
    return await (await (await enterPageFolder(root, parents)).getFileHandle(name)).getFile();
  } catch (error) {
    throw new BrushwoodError(
      'not-found',
      `${path} is not among the files of this page. Choose the file with the file dialog.`,
      { path },
      { cause: error },
    );
  }
}

/** A folder below a folder. @throws what the browser throws */
export async function enterPageFolder(
  root: PageFolder,
  names: readonly string[],
  { create = false }: { create?: boolean } = {},
): Promise<PageFolder> {
  let folder = root;
  for (const name of names) folder = await folder.getDirectoryHandle(name, { create });
  return folder;
}

/** Is there a file or folder of this name in a folder? */
export async function hasEntry(folder: PageFolder, name: string): Promise<boolean> {
  const isFile = await folder.getFileHandle(name).then(
    () => true,
    (error: unknown) => (error as Error).name === 'TypeMismatchError', // a folder
  );
  return isFile;
}

/** The names of a path: those of its folders, and its own. */
export function pagePathParts(path: string): { readonly parents: readonly string[]; readonly name: string } {
  const names = path.split('/').filter((part) => part !== '' && part !== '.');
  return { parents: names.slice(0, -1), name: names.at(-1) ?? '' };
}

/** Does something to a file of a page. @throws 'write-failed' for what the browser throws, and what is ours as it is */
export async function writingPage<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof BrushwoodError) throw error;
    const isFull = error instanceof Error && error.name === 'QuotaExceededError';
    const message = isFull
      ? `${path} cannot be written: there is no room left for it. Free some, or write less at once.`
      : `${path} cannot be written: ${messageOf(error)}.`;
    throw new BrushwoodError('write-failed', message, { path, isFull }, { cause: error });
  }
}

function alreadyExists(path: string): BrushwoodError {
  return new BrushwoodError('already-exists', `${path} exists already. Choose another name or allow to replace it.`, {
    path,
  });
}
