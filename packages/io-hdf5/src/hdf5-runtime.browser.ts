import { BrushwoodError, createPageFile, openPageStorage, randomUuid, type ImageLocation } from '@brushwood/core';
import { guardLibrary } from './guarded-library.ts';
import { createLazyFile, readBlobNow, type FilePart, type LazyFile } from './lazy-blob.ts';
import type { Hdf5Library, Hdf5Runtime, MountedFile } from './hdf5-runtime.ts';

// h5wasm is one instance per thread by itself (a top-level promise in its module), so this cache adds no state of ours.
let loaded: Promise<Hdf5Library> | undefined;

/** Files come as blobs, which are read in place; small ones are copied into memory on the main thread. New ones are written in memory. */
export const runtime: Hdf5Runtime = {
  library: () => (loaded ??= import('h5wasm').then(guardLibrary)),
  mount,
  exists: async ({ blob }) => blob !== undefined,
  pathExists: async () => false,
  readBytes: (location, start, length) => readSlice(location.path, blobOf(location).slice(start, start + length)),
  absolutePath: (path) => path,
  memory: {
    async newName() {
      const folder = `/${randomUuid()}`;
      (await fileSystem()).mkdir(folder);
      return `${folder}/new.h5`;
    },
    async read(name) {
      // A copy of what the library's file system hands out, which may have spare room behind.
      return new Blob([(await fileSystem()).readFile(name) as Uint8Array<ArrayBuffer>]);
    },
    async publish(name, target, options) {
      const bytes = (await fileSystem()).readFile(name);
      const file = await createPageFile(await openPageStorage(), target, options);
      try {
        await file.write(0, bytes);
        await file.close();
      } catch (error) {
        await file.abort();
        throw error;
      }
    },
    async remove(name) {
      const fs = await fileSystem();
      if (fs.analyzePath(name).exists) fs.unlink(name);
      fs.rmdir(name.slice(0, name.lastIndexOf('/')));
    },
  },
};

interface BrowserFileSystem {
  mkdir(path: string): void;
  rmdir(path: string): void;
  mount(type: unknown, options: object, path: string): void;
  unmount(path: string): void;
  unlink(path: string): void;
  readFile(path: string): Uint8Array;
  writeFile(path: string, data: Uint8Array): void;
  analyzePath(path: string): { readonly exists: boolean };
  readonly filesystems?: { readonly WORKERFS?: WorkerFileSystem };
}

/** Emscripten's file system over blobs. Its `mount` works in workers only; what it is made of works anywhere. */
interface WorkerFileSystem {
  readonly DIR_MODE: number;
  readonly FILE_MODE: number;
  /** Reads what `slice` of a file gave, at once. */
  reader: { readAsArrayBuffer(part: FilePart): ArrayBuffer } | null;
  createNode(parent: unknown, name: string, mode: number, device: 0, contents?: LazyFile): unknown;
}

/** Files of up to this size are copied on the main thread: then nothing it does waits for the disk. */
const maxCopiedBytes = 16 << 20;

async function fileSystem(): Promise<BrowserFileSystem> {
  const { h5 } = await runtime.library();
  return (await h5.ready).FS as unknown as BrowserFileSystem;
}

async function mount(location: ImageLocation): Promise<MountedFile> {
  const blob = blobOf(location);
  const fs = await fileSystem();
  const folder = `/${randomUuid()}`;
  const name = `${folder}/data.h5`;
  fs.mkdir(folder);
  const workerFs = fs.filesystems?.WORKERFS;
  if (workerFs !== undefined && 'FileReaderSync' in globalThis) {
    fs.mount(workerFs, { blobs: [{ name: 'data.h5', data: blob }] }, folder);
    return { name, release: async () => (fs.unmount(folder), fs.rmdir(folder)) };
  }
  const lazy = workerFs && blob.size > maxCopiedBytes ? lazyBlob(blob) : undefined;
  if (workerFs && lazy) {
    workerFs.reader = { readAsArrayBuffer: ({ bytes }) => bytes.buffer };
    fs.mount({ mount: () => treeOf(workerFs, lazy) }, {}, folder);
    return { name, release: async () => (fs.unmount(folder), fs.rmdir(folder)) };
  }
  fs.writeFile(name, await readSlice(location.path, blob));
  return { name, release: async () => (fs.unlink(name), fs.rmdir(folder)) };
}

async function readSlice(path: string, slice: Blob): Promise<Uint8Array> {
  try {
    return new Uint8Array(await slice.arrayBuffer());
  } catch (cause) {
    throw new BrushwoodError(
      'broken-file',
      `"${path}" can no longer be read: it was moved or changed since it was chosen. Choose the file again.`,
      { path },
      { cause },
    );
  }
}

/** Undefined where the main thread cannot read at once. */
function lazyBlob(blob: Blob): LazyFile | undefined {
  const file = createLazyFile(blob.size, (start, stop) => readBlobNow(blob.slice(start, stop)));
  try {
    file.slice(0, 1);
    return file;
  } catch {
    return undefined; // then it is copied as a whole
  }
}

function treeOf(workerFs: WorkerFileSystem, file: LazyFile): unknown {
  const root = workerFs.createNode(null, '/', workerFs.DIR_MODE, 0);
  workerFs.createNode(root, 'data.h5', workerFs.FILE_MODE, 0, file);
  return root;
}

function blobOf({ path, blob }: ImageLocation): Blob {
  if (blob) return blob;
  throw new BrushwoodError(
    'not-found',
    `"${path}" cannot be opened by its path in a browser. Choose the file, so that the page may read it.`,
    { path },
  );
}
