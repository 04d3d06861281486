import { BrushwoodError, type ImageSpec, elementCount, itemBytes, messageOf } from '@brushwood/core';
import { runtime } from '#hdf5-runtime';
import type { FileOperations, MemoryFiles } from './hdf5-runtime.ts';

/** Where a file is written until it is finished. */
export interface NewFile {
  /** For the library. */
  readonly path: string;
  /** Gives the file its name; what it was written as must be closed. */
  finish(): Promise<void>;
  /** Removes it. */
  discard(): Promise<void>;
}

export interface NewFileOptions {
  readonly target: string;
  readonly overwrite: boolean;
  /** Begin with what the file at the target holds. */
  readonly isCopy: boolean;
}

/** Bytes of an image that is written in the memory of a page. */
const mostMemoryBytes = 2 ** 30;

/**
 * A file beside the target, where there is a disk; in a browser one in memory, which goes to the page's file system when it is finished.
 * @throws 'locked', 'write-failed'; 'too-large' for an image that a page cannot hold; 'unsupported' where nothing can be written
 */
export async function beginFile(spec: ImageSpec, options: NewFileOptions): Promise<NewFile> {
  const { files, memory } = runtime;
  if (files) return beginOnDisk(files, options);
  if (memory) return beginInMemory(memory, spec, options);
  throw new BrushwoodError(
    'unsupported',
    `"${options.target}" cannot be written here: HDF5 files are written where there is a disk. Choose another format.`,
    { path: options.target },
  );
}

async function beginOnDisk(files: FileOperations, { target, isCopy }: NewFileOptions): Promise<NewFile> {
  try {
    const { partial, release } = await files.claimPartial(target);
    if (isCopy) await files.copy(target, partial);
    return {
      path: partial,
      async finish() {
        await files.flush(partial);
        await files.replace(partial, target);
        await release();
      },
      async discard() {
        await files.remove(partial);
        await release();
      },
    };
  } catch (error) {
    throw asWriteFailure(error, target);
  }
}

async function beginInMemory(
  memory: MemoryFiles,
  { shape, dtype }: ImageSpec,
  { target, overwrite }: NewFileOptions,
): Promise<NewFile> {
  const bytes = elementCount(shape) * itemBytes(dtype);
  if (bytes > mostMemoryBytes) {
    throw new BrushwoodError(
      'too-large',
      `"${target}" would hold ${(bytes / 1e9).toFixed(1)} GB, and a page writes HDF5 files of up to ${(mostMemoryBytes / 1e9).toFixed(1)} GB. ` +
        'Choose OME-Zarr or TIFF, a smaller type of values, or a part of the image; Brushwood on your computer has no such limit.',
      { path: target, bytes, most: mostMemoryBytes },
    );
  }
  const path = await memory.newName();
  const discard = () => memory.remove(path);
  return {
    path,
    async finish() {
      await memory.publish(path, target, { overwrite });
      await discard();
    },
    discard,
  };
}

/** What went wrong, as an error that says what to do. */
export function asWriteFailure(error: unknown, target: string): BrushwoodError {
  if (error instanceof BrushwoodError) return error;
  return new BrushwoodError(
    'write-failed',
    `"${target}" cannot be written: ${messageOf(error)}. Is the disk full, or the folder missing or read-only?`,
    { path: target },
    { cause: error },
  );
}
