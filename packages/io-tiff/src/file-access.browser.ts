import { BrushwoodError, messageOf, type ImageLocation } from '@brushwood/core';
import { blobBytes, urlBytes, type ByteSource, type WritePiece, type WriteTarget } from './bytes.ts';

/**
 * Opens a location for reading: the blob if there is one, a URL, or a file of the page's private file system (OPFS).
 * @throws 'not-found', 'unsupported' (a server without ranges)
 */
export async function openBytes(location: ImageLocation, signal?: AbortSignal): Promise<ByteSource> {
  if (location.blob) return blobBytes(location.blob, location.path);
  if (/^[a-z]+:/i.test(location.path)) return urlBytes(location.path, signal);
  try {
    const { folder, name } = await findFolder(location.path, false);
    const handle = await folder.getFileHandle(name);
    return blobBytes(await handle.getFile(), location.path);
  } catch (error) {
    throw new BrushwoodError(
      'not-found',
      `${location.path} is not among the files of this page. Choose the file with the file dialog.`,
      { path: location.path },
      { cause: error },
    );
  }
}

/**
 * Starts a new file in the page's private file system (OPFS). The browser itself keeps the bytes apart until `close`,
 * so an unfinished file never has the name.
 * @throws 'already-exists' without `overwrite`; 'write-failed'
 */
export async function createTarget(
  location: ImageLocation,
  options: { readonly overwrite?: boolean | undefined } = {},
): Promise<WriteTarget> {
  const { path } = location;
  const { folder, name } = await attempt(path, () => findFolder(path, true));
  const isThere = await folder.getFileHandle(name).then(
    () => true,
    () => false,
  );
  if (isThere && !options.overwrite) {
    throw new BrushwoodError('already-exists', `${path} exists already. Choose another name or allow to replace it.`, {
      path,
    });
  }
  const stream = await attempt(path, async () => (await folder.getFileHandle(name, { create: true })).createWritable());
  let isFinished = false;
  return {
    write: (pieces) =>
      attempt(path, async () => {
        for (const { position, bytes } of pieces) {
          await stream.write({ type: 'write', position, data: bytes as Uint8Array<ArrayBuffer> });
        }
      }),
    async close(size) {
      await attempt(path, async () => {
        await stream.truncate(size);
        await stream.close();
      });
      isFinished = true;
    },
    async abort() {
      if (isFinished) return;
      isFinished = true;
      await attempt(path, async () => {
        await stream.abort();
        if (!isThere) await folder.removeEntry(name);
      });
    },
  };
}

/** @throws 'unsupported', always: a file in the browser's storage has one writer. */
export async function joinTarget(
  partialPath: string,
): Promise<{ write(pieces: Iterable<WritePiece>): Promise<void>; close(): Promise<void> }> {
  throw new BrushwoodError('unsupported', `${partialPath} has one writer already, and a browser allows no second.`, {
    path: partialPath,
  });
}

async function findFolder(path: string, create: boolean): Promise<{ folder: FileSystemDirectoryHandle; name: string }> {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const name = parts.pop() ?? '';
  let folder = await navigator.storage.getDirectory();
  for (const part of parts) folder = await folder.getDirectoryHandle(part, { create });
  return { folder, name };
}

async function attempt<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new BrushwoodError(
      'write-failed',
      `${path} cannot be written to the browser's storage: ${messageOf(error)}.`,
      { path },
      { cause: error },
    );
  }
}
