import { BrushwoodError } from '@brushwood/core';
import type { FileReader } from './file-access.ts';

/** Reads a file the browser was given; only the bytes asked for leave the disk. */
export function openBlob(blob: Blob, name: string): FileReader {
  return {
    size: blob.size,
    async read(position, length) {
      const bytes = new Uint8Array(await readSlice(blob.slice(position, position + length), name));
      if (bytes.length < length) throw endOfFile(name, position + length, position + bytes.length);
      return bytes;
    },
    async close() {},
  };
}

async function readSlice(slice: Blob, name: string): Promise<ArrayBuffer> {
  try {
    return await slice.arrayBuffer();
  } catch (cause) {
    throw new BrushwoodError(
      'broken-file',
      `${name} can no longer be read: it was moved or changed since it was opened. Choose the file again.`,
      { path: name },
      { cause },
    );
  }
}

export function endOfFile(name: string, expected: number, found: number): BrushwoodError {
  return new BrushwoodError(
    'broken-file',
    `${name} ends at byte ${found}, but at least ${expected} bytes were expected. It is truncated; copy it again.`,
    { path: name, expected, found },
  );
}
