import { writeSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BrushwoodError, claimPartial, messageOf, type ImageLocation } from '@brushwood/core';
import { blobBytes, checkRange, urlBytes, type ByteSource, type WritePiece, type WriteTarget } from './bytes.ts';

const { mkdir, open, rename, rm, stat } = fs;
type FileHandle = fs.FileHandle;

/** Sync writes return to the event loop after this many bytes. */
const writeBurstBytes = 4 * 1024 * 1024;

/**
 * Opens a location for reading: the blob if there is one, else a URL or a file.
 * @throws 'not-found', 'unsupported' (a folder; a server without ranges)
 */
export async function openBytes(location: ImageLocation, signal?: AbortSignal): Promise<ByteSource> {
  if (location.blob) return blobBytes(location.blob, location.path);
  if (/^https?:/i.test(location.path)) return urlBytes(location.path, signal);
  return fileBytes(filePath(location.path));
}

function filePath(path: string): string {
  return path.startsWith('file:') ? fileURLToPath(path) : path;
}

async function fileBytes(path: string): Promise<ByteSource> {
  const { handle, size } = await openForReading(path);
  let isClosed = false;
  const source: ByteSource = {
    name: path,
    size,
    requestBytes: 4096,
    async read(offset, length) {
      if (isClosed) throw closedError(path);
      checkRange(source, offset, length);
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await readHandle(handle, bytes, done, offset);
        if (bytesRead === 0) checkRange({ ...source, size: offset + done }, offset, length);
        done += bytesRead;
      }
      return bytes;
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await handle.close();
    },
  };
  return source;
}

async function openForReading(path: string): Promise<{ handle: FileHandle; size: number }> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    throw new BrushwoodError('not-found', `${path} cannot be opened: ${messageOf(error)}.`, { path }, { cause: error });
  }
  const stats = await handle.stat();
  if (!stats.isDirectory()) return { handle, size: stats.size };
  await handle.close();
  throw new BrushwoodError('unsupported', `${path} is a folder, an image file was expected.`, { path });
}

async function readHandle(handle: FileHandle, bytes: Uint8Array, done: number, offset: number) {
  try {
    return await handle.read(bytes, done, bytes.length - done, offset + done);
  } catch (error) {
    throw new BrushwoodError('broken-file', `Reading failed: ${messageOf(error)}.`, {}, { cause: error });
  }
}

function closedError(path: string): BrushwoodError {
  return new BrushwoodError('closed', `${path} has been closed; open it again to read.`, { path });
}

/**
 * Starts a new file: bytes go to `NAME.partial`, which nobody else may write meanwhile. Missing folders are made.
 * @throws 'already-exists' without `overwrite`; 'locked'; 'write-failed'
 */
export async function createTarget(
  location: ImageLocation,
  options: { readonly overwrite?: boolean | undefined } = {},
): Promise<WriteTarget> {
  const path = filePath(location.path);
  await refuseExisting(path, options.overwrite ?? false);
  const { partial, release } = await attempt(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    return claimPartial(path, { fs, process, host: hostname() });
  });
  const handle = await attempt(path, () => open(partial, 'w')).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  let state: 'open' | 'finished' = 'open';
  return {
    partialPath: partial,
    write: (pieces) => attempt(path, () => writePieces(handle, pieces)),
    async close(size) {
      await attempt(path, async () => {
        await handle.truncate(size);
        await handle.sync();
        await handle.close();
      });
      await refuseExisting(path, options.overwrite ?? false);
      await attempt(path, () => rename(partial, path));
      state = 'finished';
      await synchronizeFolder(dirname(path));
      await release();
    },
    async abort() {
      if (state === 'finished') return;
      state = 'finished';
      await handle.close().catch(() => undefined); // it may be closed already: the file is to go either way
      await attempt(path, () => rm(partial, { force: true }));
      await release();
    },
  };
}

/** Opens the temporary file of an image that another thread writes. @throws 'write-failed' */
export async function joinTarget(
  partialPath: string,
): Promise<{ write(pieces: Iterable<WritePiece>): Promise<void>; close(): Promise<void> }> {
  const handle = await attempt(partialPath, () => open(partialPath, 'r+'));
  return {
    write: (pieces) => attempt(partialPath, () => writePieces(handle, pieces)),
    close: () => handle.close(),
  };
}

/** Makes a rename last through a power cut. Windows cannot open a folder; the rename is as durable there as it gets. */
async function synchronizeFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined); // nor can every file system
  await folder?.close();
}

/**
 * Rows of a box are many small pieces; a synchronous write of each is several times cheaper than a promise.
 */
async function writePieces(handle: FileHandle, pieces: Iterable<WritePiece>): Promise<void> {
  let burst = 0;
  for (const { position, bytes } of pieces) {
    let done = 0;
    while (done < bytes.length) done += writeSync(handle.fd, bytes, done, bytes.length - done, position + done);
    burst += bytes.length;
    if (burst < writeBurstBytes) continue;
    burst = 0;
    await setImmediate();
  }
}

async function refuseExisting(path: string, overwrite: boolean): Promise<void> {
  const stats = await stat(path).catch(() => undefined); // what cannot be looked at fails with its reason when written
  if (!stats) return;
  if (stats.isDirectory()) {
    throw new BrushwoodError('write-failed', `${path} cannot be written: a folder of that name exists.`, { path });
  }
  if (!overwrite) {
    throw new BrushwoodError('already-exists', `${path} exists already. Choose another name or allow to replace it.`, {
      path,
    });
  }
}

/** Does something to a file. @throws 'write-failed' with the reason if it fails; errors of our own as they are */
export async function attempt<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof BrushwoodError) throw error;
    throw new BrushwoodError(
      'write-failed',
      `${path} cannot be written: ${messageOf(error)}. Check the folder, its permissions and the free space.`,
      { path },
      { cause: error },
    );
  }
}
