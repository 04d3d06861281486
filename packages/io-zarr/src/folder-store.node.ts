import { BrushwoodError, isAbortError, messageOf } from '@brushwood/core';
import { type FileHandle, open, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { ByteRange, ZarrStore } from './store.ts';
import type { FileBytes } from './zip-store.ts';

/**
 * A hierarchy in a folder. Links that lead out of it are refused, so that an image of a stranger cannot show other files.
 * @throws {BrushwoodError} 'not-found' if there is no such folder
 */
export async function openFolder(path: string): Promise<ZarrStore> {
  const root = await realpath(path).catch(() => undefined);
  if (root === undefined || !(await stat(root)).isDirectory()) {
    const reason = root === undefined ? 'does not exist' : 'is not a folder, as Zarr images are';
    throw new BrushwoodError('not-found', `${path} ${reason}.`, { path });
  }
  return {
    get: (key, options) => withFile(root, key, (file) => readFile(file, { signal: options?.signal })),
    getRange: (key, range, options) =>
      withFile(root, key, async (file) => {
        options?.signal?.throwIfAborted();
        return readRange(file, range);
      }),
    async folders(below) {
      const entries = await readdir(join(root, below), { withFileTypes: true });
      return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    },
  };
}

/** A file to read parts of, or undefined if there is none of that name. */
export async function openFileBytes(path: string): Promise<FileBytes | undefined> {
  const stats = await stat(path).catch(() => undefined); // a missing one is told as a missing folder
  if (!stats?.isFile()) return undefined;
  return { getLength: async () => stats.size, read: (offset, length) => readRange(path, { offset, length }) };
}

async function withFile<T>(root: string, key: string, read: (file: string) => Promise<T>): Promise<T | undefined> {
  const path = join(root, key);
  try {
    const file = await realpath(path);
    if (!file.startsWith(root + sep)) throw leadsOut(path);
    return await read(file);
  } catch (cause) {
    if (cause instanceof BrushwoodError || isAbortError(cause)) throw cause;
    if (isMissing(cause)) return undefined;
    throw new BrushwoodError('broken-file', `${path} cannot be read: ${messageOf(cause)}.`, { path }, { cause });
  }
}

async function readRange(file: string, range: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const length = 'suffixLength' in range ? range.suffixLength : range.length;
    const offset = 'suffixLength' in range ? size - length : range.offset;
    if (offset < 0 || offset + length > size) {
      throw new BrushwoodError(
        'broken-file',
        `${file} is truncated: ${length} bytes from byte ${Math.max(0, offset)} are needed, but it has ${size}. Copy it again.`,
        { path: file, offset, length, found: size },
      );
    }
    return await readFully(handle, file, { offset, length });
  } finally {
    await handle.close();
  }
}

async function readFully(
  handle: FileHandle,
  file: string,
  { offset, length }: { offset: number; length: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) throw new BrushwoodError('broken-file', `${file} changed while it was read.`, { path: file });
    filled += bytesRead;
  }
  return bytes;
}

function isMissing(cause: unknown): boolean {
  const code = (cause as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function leadsOut(path: string): BrushwoodError {
  return new BrushwoodError('unsupported', `${path} is refused: the link leads out of the image's folder.`, { path });
}
