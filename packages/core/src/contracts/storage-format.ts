import type { Dtype } from '../grid/dtype.ts';
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
  /** @throws 'already-exists', 'locked' (being written), 'unsupported-dtype', 'unsupported' (axes or channels it cannot hold), 'write-failed'. */
  create?(location: ImageLocation, spec: ImageSpec, options?: CreateImageOptions): Promise<ImageSink>;
  /** Writes to an image another thread has begun; present if the sinks of this format have tickets. @throws 'write-failed' */
  join?(ticket: SinkTicket): Promise<BoxWriter>;
  /** The datasets of a container; absent for formats that hold one image. */
  list?(location: ImageLocation): Promise<readonly DatasetEntry[]>;
}
