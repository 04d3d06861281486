import type { Shape5 } from '../grid/axes.ts';
import type { Dtype } from '../grid/dtype.ts';
import type { Roi } from '../grid/roi.ts';
import type { Tensor } from '../grid/tensor.ts';
import type { ImageLocation } from './image-location.ts';
import type { VoxelSize } from './image-source.ts';

/** What a new image will be. */
export interface ImageSpec {
  /** Axes of the file, slowest first; axes of size 1 may be left out. */
  readonly axes: string;
  /** Shape in `tczyx`. */
  readonly shape: Shape5;
  readonly dtype: Dtype;
  /** What the values mean: it decides how viewers show and pyramids average them. */
  readonly content: 'intensity' | 'probabilities' | 'labels';
  readonly voxelSize?: VoxelSize;
  readonly channelNames?: readonly string[];
  /** RGB 0–255, one per label value from 1, for `content: 'labels'`; or one per channel. */
  readonly colors?: readonly (readonly [number, number, number])[];
  /** One per label value from 1, for `content: 'labels'`. */
  readonly classNames?: readonly string[];
  readonly displayRange?: readonly [number, number];
}

/** What another thread needs to write boxes of the same image. Plain data; only the format knows what is in it. */
export interface SinkTicket {
  readonly formatId: string;
  readonly location: ImageLocation;
  readonly spec: ImageSpec;
  readonly state: Readonly<Record<string, string | number>>;
}

/** Writes boxes of an image that another thread has begun and will finish. */
export interface BoxWriter {
  /** As `ImageSink.write`. */
  write(roi: Roi, tensor: Tensor, options?: { signal?: AbortSignal }): Promise<void>;
  /** Writes what it still holds. */
  close(): Promise<void>;
  /** Frees without writing what it still holds, after a failure. Absent where nothing is held. */
  discard?(): Promise<void>;
}

/**
 * A new image that is being written. Nothing at the target looks finished before `close` resolves: bytes go to
 * `NAME.partial`, which is renamed at the end.
 */
export interface ImageSink {
  readonly spec: ImageSpec;
  /** Unit of writing: boxes must start on multiples of it and end there or at the image's edge. All ones = any box. */
  readonly writeShape: Shape5;
  /**
   * Unit that appears in the file at once (a shard), a multiple of `writeShape`. The boxes of one unit go through one writer, which
   * keeps them in memory until the unit is full or the writer is closed; no box reaches into two units. Its channels are always
   * all of the image's. Absent = every box by itself.
   */
  readonly unitShape?: Shape5;
  /**
   * Has an earlier run put this unit safely into the file? Only of sinks created with `resume`.
   * @param unit box of one `unitShape`, cut at the image's edge
   */
  isDone?(unit: Roi): Promise<boolean>;
  /** Given if boxes may be written from several threads at once: each joins by `StorageFormat.join`. */
  readonly ticket?: SinkTicket;
  /**
   * Writes a box, dtype and shape as the spec says. Boxes may come in any order, each once.
   * @throws 'invalid-roi', 'shape-mismatch', 'unsupported-dtype', 'write-failed', 'aborted', 'closed'.
   */
  write(roi: Roi, tensor: Tensor, options?: { signal?: AbortSignal }): Promise<void>;
  /**
   * Flushes to disk, adds what is derived from the whole (a pyramid) and moves the file to its name.
   * @throws 'incomplete' if units are missing, for sinks with units
   */
  close(): Promise<void>;
  /** Ends this run's share of the work: flushes and frees, but leaves the image unfinished for other parts. Only with `resume`. */
  suspend?(): Promise<void>;
  /**
   * Gives up: removes what was written; a sink created with `resume` that can tell what is done keeps its units instead, so that
   * another run can go on. Safe after a failure and twice.
   */
  abort(): Promise<void>;
}
