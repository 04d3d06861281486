import type { ImageLocation, LockHolder, LockResult } from '@brushwood/core';

/** h5wasm, ready to use. Every call of it goes through `run` or `confine`. */
export interface Hdf5Library {
  readonly h5: typeof import('h5wasm');
  /** True after a damaged file brought the library down: it cannot be used any more. */
  readonly isCrashed: boolean;
  /** Runs synchronous calls of the library so that it survives its own errors. */
  run<T>(work: () => T): T;
  /**
   * The same, and the library may open no file meanwhile: external links, external storage and virtual datasets could
   * otherwise name any file of the machine.
   * @throws 'unsupported' naming the file if it tried to
   */
  confine<T>(work: () => T): T;
}

/** A file under the name by which the library can open it. */
export interface MountedFile {
  readonly name: string;
  release(): Promise<void>;
}

/** What goes to disk: in Node only. Paths are absolute. */
export interface FileOperations {
  /** Follows symbolic links, so that a rename replaces the file and not the link. */
  realPath(path: string): Promise<string>;
  remove(path: string): Promise<void>;
  /** Copies a file, as a clone where the file system has them. */
  copy(from: string, to: string): Promise<void>;
  /** Flushes a finished file to disk. */
  flush(path: string): Promise<void>;
  /**
   * Moves `partial` to `target`. If `backup` is given and `target` exists, the old file stays there; at no moment is
   * there no file named `target`.
   */
  replace(partial: string, target: string, backup?: string): Promise<void>;
  lock(path: string): Promise<LockResult>;
  /** Who holds a lock, if a living process does. */
  lockHolder(path: string): Promise<LockHolder | undefined>;
  /** Files that fit a pattern with `*` and `?`, sorted. */
  matchingFiles(pattern: string): Promise<readonly string[]>;
  /** See `claimPartial` of core. */
  claimPartial(target: string): Promise<{ readonly partial: string; readonly release: () => Promise<void> }>;
}

/** Files in the library's own memory: in the browser only. */
export interface MemoryFiles {
  /** A name for a new file, in a folder of its own. */
  newName(): Promise<string>;
  /** The bytes of a file. @throws an error if there is none */
  read(name: string): Promise<Blob>;
  /** Copies the file to the page's private file system (OPFS). @throws 'already-exists' without `overwrite`; 'write-failed' */
  publish(name: string, target: string, options: { readonly overwrite: boolean }): Promise<void>;
  /** Removes the file, if there is one, and its folder. */
  remove(name: string): Promise<void>;
}

/** What differs between Node and the browser. */
export interface Hdf5Runtime {
  /** Loaded on first use; in Node anew after a crash. */
  library(): Promise<Hdf5Library>;
  mount(location: ImageLocation): Promise<MountedFile>;
  /** Is there such a file? */
  exists(location: ImageLocation): Promise<boolean>;
  /** Is there a file or folder of this name? */
  pathExists(path: string): Promise<boolean>;
  /** Bytes at the start of a file or further in; fewer at its end. */
  readBytes(location: ImageLocation, start: number, length: number): Promise<Uint8Array>;
  /** The path made absolute. */
  absolutePath(path: string): string;
  /** Absent where there is no disk to write to. */
  readonly files?: FileOperations;
  /** Present where files are written in memory instead. */
  readonly memory?: MemoryFiles;
}
