import { randomUUID } from 'node:crypto';
import { open, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BrushwoodError, type ImageLocation } from '@brushwood/core';
import { nodeFiles } from './file-operations.node.ts';
import type { Hdf5Library, Hdf5Runtime, MountedFile } from './hdf5-runtime.ts';

// h5wasm is one instance per thread by itself (a top-level promise in its module), so this cache adds no state of ours.
let loaded: Promise<Hdf5Library> | undefined;

export const runtime: Hdf5Runtime = {
  library: () => (loaded ??= loadLibrary()),
  mount,
  async exists({ path, blob }) {
    if (blob) return true;
    return stat(path).then(
      (found) => found.isFile(),
      () => false,
    );
  },
  pathExists: (path) =>
    stat(path).then(
      () => true,
      () => false,
    ),
  async readBytes({ path, blob }, start, length) {
    if (blob) return new Uint8Array(await blob.slice(start, start + length).arrayBuffer());
    const file = await open(path, 'r');
    try {
      const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, start);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  },
  absolutePath: (path) => resolve(path),
  files: nodeFiles,
};

async function mount({ path, blob }: ImageLocation): Promise<MountedFile> {
  if (!blob) return { name: resolve(path), release: async () => undefined };
  const name = join(tmpdir(), `brushwood-${randomUUID()}.h5`);
  await writeFile(name, new Uint8Array(await blob.arrayBuffer()));
  return { name, release: () => rm(name, { force: true }) };
}

/** The library's file system, as far as it is needed. In Node it passes every call on to `node:fs`. */
interface LibraryFileSystem {
  open(path: string, flags: number | string, ...rest: unknown[]): unknown;
  ErrnoError: new (code: number) => Error;
}

const createFlag = 0o100;
const noSuchFile = 44; // WASI's ENOENT

async function loadLibrary(): Promise<Hdf5Library> {
  const h5 = (await import('h5wasm/node')) as unknown as typeof import('h5wasm');
  const module = await h5.ready;
  // Without it errors are swallowed, and a chunk that cannot be decoded reads as zeros.
  module.activate_throwing_error_handler();
  const fs = module.FS as unknown as LibraryFileSystem;
  const openFreely = fs.open.bind(fs);
  let isConfined = false;
  let refused: string | undefined;
  fs.open = (path, flags, ...rest) => {
    // Files it creates while confined are the scratch files its error reports are written through.
    const isCreation = typeof flags === 'number' && (flags & createFlag) !== 0;
    if (!isConfined || isCreation) return openFreely(path, flags, ...rest);
    refused = path;
    throw new fs.ErrnoError(noSuchFile);
  };
  return {
    h5,
    confine(work) {
      const wasConfined = isConfined;
      isConfined = true;
      refused = undefined;
      try {
        return work();
      } catch (error) {
        throw refused === undefined ? error : outsideError(refused, error);
      } finally {
        isConfined = wasConfined;
      }
    },
  };
}

function outsideError(path: string, cause: unknown): BrushwoodError {
  return new BrushwoodError(
    'unsupported',
    `The data lies in another file (${path}) that this HDF5 file points to. Such pointers are not followed; ` +
      'copy the data into one file (for example with h5repack or h5py).',
    { path },
    { cause },
  );
}
