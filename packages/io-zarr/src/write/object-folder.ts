/** A folder that objects are put into; keys are paths below it without a slash in front. */
export interface ObjectFolder {
  /**
   * Writes an object from parts. It appears at once, complete and safely on disk; an older one is replaced.
   * @throws 'write-failed'
   */
  put(key: string, parts: readonly Uint8Array[]): Promise<void>;
  /** Undefined if there is no such object. */
  get(key: string): Promise<Uint8Array | undefined>;
  has(key: string): Promise<boolean>;
  /** Names of the objects and folders right below a folder; none if there is no such folder. */
  names(folder: string): Promise<readonly string[]>;
  /** Removes an object or a folder with all that is in it. */
  remove(key: string): Promise<void>;
}

/** What a run wants to write into. */
export interface ImageClaim {
  /** Path of the finished image. */
  readonly target: string;
  /** Version of Zarr, for the groups above. */
  readonly version: 2 | 3;
  /** The groups around the image, outermost first. */
  readonly parents: readonly ParentGroup[];
  /** What describes the image: keys and contents. */
  readonly objects: Readonly<Record<string, object>>;
  /** All that two runs have to agree on to share an unfinished image. */
  readonly settings: RunSettings;
  readonly overwrite: boolean;
  readonly part?: { readonly index: number; readonly count: number };
}

export interface ParentGroup {
  readonly path: string;
  /** For a group of labels: the label to add to its list. */
  readonly label?: string;
}

export interface RunSettings {
  /** Undefined: cannot be resumed. */
  readonly fingerprint?: string;
  /** Shapes, dtype and layout as text. */
  readonly layout: string;
}

/** An unfinished image that this run holds. */
export interface ClaimedImage {
  /** Path of the folder it is written to. */
  readonly path: string;
  readonly folder: ObjectFolder;
  /** True if an earlier run has begun it. */
  readonly isResumed: boolean;
  /** Keeps other parts away until `finish` or `release`. @throws 'locked' while another part writes */
  exclude(): Promise<void>;
  /** Gives the image its name, in place of an older one. */
  finish(): Promise<void>;
  /** Leaves it as it is. */
  release(): Promise<void>;
  /** Removes it. */
  discard(): Promise<void>;
}
