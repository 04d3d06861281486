import type { PageFolder } from '@brushwood/core';

/** Finished files of one result of one image. */
export interface StagedResult {
  /** As `claim` has given it, with folders; `{slice_index}` in its name for the files of a sequence. */
  readonly path: string;
  /** Holds the file, the files of a sequence, or the folder of an OME-Zarr, and nothing else. */
  readonly folder: PageFolder;
  readonly signal: AbortSignal;
}

/** Where results go from the page. */
export interface ExportDestination {
  /** Are files still read from the page's own file system after a run? */
  readonly keepsStage: boolean;
  /**
   * Asked once, before any work: under which paths files are put there.
   * @returns by wanted path; undefined leaves a result out
   * @throws 'aborted' if the user does not want to go on, 'write-failed' if nothing can be put there
   */
  claim(paths: readonly string[], options: { overwrite: boolean }): Promise<ReadonlyMap<string, string | undefined>>;
  /**
   * Takes files over. What fails leaves nothing that looks finished.
   * @returns what they are called there
   * @throws 'write-failed', 'aborted'
   */
  take(result: StagedResult): Promise<readonly string[]>;
}
