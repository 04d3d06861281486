import type { Dtype } from '../grid/dtype.ts';
import type { Shape5 } from '../grid/axes.ts';
import type { Progress } from './progress.ts';
import type { ImageLocation } from './image-location.ts';
import type { BoxWriter, ImageSink, ImageSpec, SinkTicket } from './image-sink.ts';
import type { ImageSource } from './image-source.ts';

export interface OpenImageOptions {
  /** Axes of the file, slowest first; overrides what the file says. Checked against its shape. */
  readonly axes?: string;
  readonly signal?: AbortSignal;
}

export interface CreateImageOptions {
  /** Replace an existing file. Without it an existing one is 'already-exists'. */
  readonly overwrite?: boolean;
  readonly signal?: AbortSignal;
  readonly resume?: ResumeOptions;
  readonly layout?: ImageLayout;
  /** Called while `close` works on what is derived from the whole (a pyramid). */
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Go on where an earlier run stopped, and leave this one's finished units if it fails. Formats without units begin again.
 */
export interface ResumeOptions {
  /** Of everything the values depend on. An unfinished image with another one is refused: 'other-settings'. */
  readonly fingerprint: string;
  /** This run writes one of several disjoint shares of the units, perhaps while others write theirs. `index` from 0. */
  readonly part?: RunPart;
}

/** The `index`-th (from 0) of `count` shares of a run. */
export interface RunPart {
  readonly index: number;
  readonly count: number;
}

/** Wishes about how a file is laid out. Formats ignore what they cannot do, and refuse what is wrong: 'unsupported'. */
export interface ImageLayout {
  /** Unit of compression, `tczyx`; cut to the image. */
  readonly chunkShape?: Shape5;
  /** Unit of writing, a multiple of `chunkShape`. */
  readonly shardShape?: Shape5;
  /** Of the format: 2 or 3 for Zarr. */
  readonly version?: number;
  readonly compression?: 'none' | 'gzip' | 'zstd';
  /** For TIFF: `ome` or `imagej` metadata. */
  readonly flavour?: string;
}

/** One dataset of a container file. */
export interface DatasetEntry {
  readonly innerPath: string;
  readonly shape: readonly number[];
  readonly dtype: string;
}

export interface StorageFormat {
  /** Stable: it is the value of `--format`. */
  readonly id: string;
  readonly displayName: string;
  /** Lower case with dot; the first is used for new files. */
  readonly extensions: readonly string[];
  readonly supports: {
    readonly read: boolean;
    readonly write: boolean;
    /** Can hold several datasets, addressed by `innerPath`. */
    readonly innerPaths: boolean;
    readonly writeDtypes: readonly Dtype[];
  };
  /** Is this location ours, by its first bytes (a folder: by what lies in it)? Cheap; never throws for foreign data. */
  probe(location: ImageLocation): Promise<boolean>;
  /**
   * @throws 'not-found' (no such file or dataset; names those there are), 'broken-file' (truncated, corrupt),
   * 'axes-mismatch', 'unsupported-dtype', 'unsupported' (a variant we do not read; says which), 'aborted'.
   */
  open(location: ImageLocation, options?: OpenImageOptions): Promise<ImageSource>;
  /**
   * @throws 'already-exists', 'locked' (being written), 'other-settings' (unfinished, of another fingerprint), 'unsupported-dtype', 'unsupported' (axes or
   * channels it cannot hold), 'write-failed'.
   */
  create?(location: ImageLocation, spec: ImageSpec, options?: CreateImageOptions): Promise<ImageSink>;
  /**
   * Says before anything is written whether this format can hold such an image. Absent where it holds all.
   * @throws what `create` would of the image and the wishes: 'unsupported', 'unsupported-dtype', 'axes-mismatch', 'invalid-parameter'
   */
  check?(location: ImageLocation, spec: ImageSpec, layout?: ImageLayout): void;
  /** Writes to an image another thread has begun; present if the sinks of this format have tickets. @throws 'write-failed' */
  join?(ticket: SinkTicket): Promise<BoxWriter>;
  /** The datasets of a container; absent for formats that hold one image. */
  list?(location: ImageLocation): Promise<readonly DatasetEntry[]>;
}
