import { BrushwoodError, claimPartial, messageOf, type ImageLocation } from '@brushwood/core';
import { writeSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { endOfFile, openBlob } from './blob-reader.ts';
import type { FileReader, FileWriter, SharedWriter } from './file-access.ts';

export type * from './file-access.ts';

const { open, rename, rm, stat } = fs;
type FileHandle = fs.FileHandle;

/** @throws 'not-found'; 'unsupported' for a folder; 'broken-file' if it cannot be read. */
export async function openFile(location: ImageLocation): Promise<FileReader> {
  const { path, blob } = location;
  if (blob) return openBlob(blob, path);
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw openError(path, cause);
  });
  const stats = await handle.stat();
  if (!stats.isFile()) {
    await handle.close();
    throw new BrushwoodError('unsupported', `${path} is not a file. Name the .npy file itself.`, { path });
  }
  return {
    size: stats.size,
    read: (position, length) => readFully(handle, path, { position, length }),
    close: () => handle.close(),
  };
}

/** @throws 'already-exists' without `overwrite`; 'locked' while it is being written; 'write-failed' with path and reason. */
export async function createFile(path: string, options: { overwrite: boolean }): Promise<FileWriter> {
  await checkTarget(path, options.overwrite);
  const { partial, release } = await claimPartial(path, { fs, process, host: hostname() }).catch((cause: unknown) => {
    throw writeError(path, cause);
  });
  const handle = await open(partial, 'w').catch(async (cause: unknown) => {
    await release();
    throw writeError(path, cause);
  });
  return {
    partialPath: partial,
    write: (position, bytes) => writeFully(handle, path, { position, bytes }),
    async commit() {
      try {
        await handle.sync();
        await handle.close();
        await checkTarget(path, options.overwrite);
        await rename(partial, path);
        await synchronizeFolder(dirname(path));
        await release();
      } catch (cause) {
        throw writeError(path, cause);
      }
    },
    async discard() {
      await handle.close();
      await rm(partial, { force: true });
      await release();
    },
  };
}

/** Opens the temporary file of an image that another thread writes. @throws 'write-failed' */
export async function joinFile(partialPath: string): Promise<SharedWriter> {
  const handle = await open(partialPath, 'r+').catch((cause: unknown) => {
    throw writeError(partialPath, cause);
  });
  return {
    write: (position, bytes) => writeFully(handle, partialPath, { position, bytes }),
    close: () => handle.close(),
  };
}

/** Makes a rename last through a power cut. Windows cannot open a folder; the rename is as durable there as it gets. */
async function synchronizeFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined); // nor can every file system
  await folder?.close();
}

/** Below this size the way through the thread pool takes many times longer than the write itself. */
const syncWriteBytes = 2 ** 16;

async function checkTarget(path: string, overwrite: boolean): Promise<void> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory()) {
    throw new BrushwoodError('write-failed', `${path} is a folder. Name the file to write in it.`, { path });
  }
  if (stats && !overwrite) {
    throw new BrushwoodError(
      'already-exists',
      `${path} exists already. Choose another name, or allow to overwrite it.`,
      {
        path,
      },
    );
  }
}

async function readFully(
  handle: FileHandle,
  path: string,
  { position, length }: { position: number; length: number },
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle
      .read(bytes, filled, length - filled, position + filled)
      .catch((cause: unknown) => {
        throw readError(path, cause);
      });
    if (bytesRead === 0) throw endOfFile(path, position + length, position + filled);
    filled += bytesRead;
  }
  return bytes;
}

async function writeFully(
  handle: FileHandle,
  path: string,
  { position, bytes }: { position: number; bytes: Uint8Array },
): Promise<void> {
  try {
    let written = 0;
    while (written < bytes.length) {
      const rest = bytes.length - written;
      written +=
        rest < syncWriteBytes
          ? writeSync(handle.fd, bytes, written, rest, position + written)
          : (await handle.write(bytes, written, rest, position + written)).bytesWritten;
    }
  } catch (cause) {
    throw writeError(path, cause);
  }
}

function openError(path: string, cause: unknown): BrushwoodError {
  if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
    return new BrushwoodError('not-found', `${path} does not exist.`, { path }, { cause });
  }
  return readError(path, cause);
}

function readError(path: string, cause: unknown): BrushwoodError {
  return new BrushwoodError('broken-file', `${path} cannot be read: ${messageOf(cause)}.`, { path }, { cause });
}

function writeError(path: string, cause: unknown): BrushwoodError {
  if (cause instanceof BrushwoodError) return cause;
  const reason = messageOf(cause);
  return new BrushwoodError('write-failed', `${path} cannot be written: ${reason}.`, { path, reason }, { cause });
}
