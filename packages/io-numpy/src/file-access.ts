/** A file opened for positioned reads, which may run in parallel. */
export interface FileReader {
  /** Bytes. */
  readonly size: number;
  /** @throws 'broken-file' if the file ends before `position + length`. */
  read(position: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A file being written under a temporary name; nothing stands at its own name before `commit`. */
export interface FileWriter {
  /** The temporary name, for other threads that write along; absent where there are no paths. */
  readonly partialPath?: string;
  /** @throws 'write-failed' */
  write(position: number, bytes: Uint8Array): Promise<void>;
  /** Flushes to disk and renames. @throws 'write-failed', 'already-exists' */
  commit(): Promise<void>;
  /** Removes what was written. */
  discard(): Promise<void>;
}

/** Writes into a file that another thread has created and will commit. */
export interface SharedWriter {
  /** @throws 'write-failed' */
  write(position: number, bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}
