import { BrushwoodError, createPageFile, findPageFile, openPageStorage, type ImageLocation } from '@brushwood/core';
import { blobBytes, urlBytes, type ByteSource, type WritePiece, type WriteTarget } from './bytes.ts';

/**
 * Opens a location for reading: the blob if there is one, a URL, or a file of the page's private file system (OPFS).
 * @throws 'not-found', 'unsupported' (a server without ranges)
 */
export async function openBytes(location: ImageLocation, signal?: AbortSignal): Promise<ByteSource> {
  const { blob, path } = location;
  if (blob) return blobBytes(blob, path);
  if (/^[a-z]+:/i.test(path)) return urlBytes(path, signal);
  return blobBytes(await findPageFile(await openPageStorage(), path), path);
}

/**
 * Starts a new file in the page's private file system (OPFS). The browser itself keeps the bytes apart until `close`,
 * so an unfinished file never has the name.
 * @throws 'already-exists' without `overwrite`; 'write-failed'
 */
export async function createTarget(
  { path }: ImageLocation,
  options: { readonly overwrite?: boolean | undefined } = {},
): Promise<WriteTarget> {
  const file = await createPageFile(await openPageStorage(), path, options);
  return {
    async write(pieces) {
      // The browser writes them one after another, but need not answer each before the next is sent: boxes are many short rows.
      await Promise.all(Array.from(pieces, ({ position, bytes }) => file.write(position, bytes)));
    },
    close: (size) => file.close(size),
    abort: () => file.abort(),
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
