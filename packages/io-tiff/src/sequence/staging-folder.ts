/** Files that are finished one by one and appear together. */
export interface StagingFolder {
  /** Where the file of this name is written until `publish`. */
  pathOf(name: string): string;
  /** Moves all files to their names. @throws 'already-exists' without `overwrite`, 'write-failed' */
  publish(): Promise<void>;
  /** Removes what is not published. Safe twice. */
  remove(): Promise<void>;
}

export interface StagingOptions {
  /** Path of the whole, with its placeholder; the files lie in its folder. */
  readonly path: string;
  readonly names: readonly string[];
  readonly overwrite: boolean;
}
