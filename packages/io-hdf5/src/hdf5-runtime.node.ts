import { randomUUID } from 'node:crypto';
import { open, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ImageLocation } from '@brushwood/core';
import { nodeFiles } from './file-operations.node.ts';
import { guardLibrary } from './guarded-library.ts';
import type { Hdf5Library, Hdf5Runtime, MountedFile } from './hdf5-runtime.ts';

// h5wasm is one instance per thread by itself (a top-level promise in its module), so this list of the instances there
// were, the last one in use, adds no state of ours.
const loaded: Promise<Hdf5Library>[] = [];

export const runtime: Hdf5Runtime = {
  library,
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

async function library(): Promise<Hdf5Library> {
  const last = loaded.at(-1);
  if (last && !(await last).isCrashed) return last;
  // While one waited, another caller may have begun to load it anew.
  if (loaded.at(-1) === last) loaded.push(loadLibrary());
  return loaded.at(-1)!;
}

async function mount({ path, blob }: ImageLocation): Promise<MountedFile> {
  if (!blob) return { name: resolve(path), release: async () => undefined };
  const name = join(tmpdir(), `brushwood-${randomUUID()}.h5`);
  await writeFile(name, new Uint8Array(await blob.arrayBuffer()));
  return { name, release: () => rm(name, { force: true }) };
}

async function loadLibrary(): Promise<Hdf5Library> {
  if (loaded.length === 0) return guardLibrary((await import('h5wasm/node')) as unknown as typeof import('h5wasm'));
  // The query makes it another module, with an instance of its own.
  const address = `${import.meta.resolve('h5wasm/node')}?instance=${loaded.length}`;
  return guardLibrary((await import(/* @vite-ignore */ address)) as typeof import('h5wasm'));
}
