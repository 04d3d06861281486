import { BrushwoodError, findTreeFile, messageOf, throwIfAborted, treeFolders, type FileTree } from '@brushwood/core';
import type { ByteRange, ZarrStore } from './store.ts';

/** A hierarchy in a folder that the page was given. Parts of a file are read without the rest of it. */
export function treeStore(tree: FileTree, who: string): ZarrStore {
  const find = (key: string) => findTreeFile(tree, key.slice(1));
  return {
    async get(key, options) {
      throwIfAborted(options?.signal);
      const file = await find(key);
      return file && readBytes(file, `${who}${key}`);
    },
    async getRange(key, range, options) {
      throwIfAborted(options?.signal);
      const file = await find(key);
      return file && readBytes(sliceOf(file, range, `${who}${key}`), `${who}${key}`);
    },
    folders: (below) => treeFolders(tree, below),
  };
}

function sliceOf(file: Blob, range: ByteRange, what: string): Blob {
  const length = 'suffixLength' in range ? range.suffixLength : range.length;
  const offset = 'suffixLength' in range ? file.size - length : range.offset;
  if (offset >= 0 && offset + length <= file.size) return file.slice(offset, offset + length);
  throw new BrushwoodError(
    'broken-file',
    `${what} is truncated: ${length} bytes from byte ${Math.max(0, offset)} are needed, but it has ${file.size}. Copy it again.`,
    { path: what, offset, length, found: file.size },
  );
}

async function readBytes(blob: Blob, what: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (cause) {
    throw new BrushwoodError(
      'broken-file',
      `${what} can no longer be read: ${messageOf(cause)}. It was moved or changed since the folder was chosen; choose it again.`,
      { path: what },
      { cause },
    );
  }
}
