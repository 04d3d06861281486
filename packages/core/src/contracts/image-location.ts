import type { FileTree } from './file-tree.ts';
import type { Tensor } from '../grid/tensor.ts';

/** Where an image lives. Plain data, so that a worker can open it again by itself. */
export interface ImageLocation {
  /** Path or URL of the file or folder; a name to show where `blob` or `tensor` holds the data. */
  readonly path: string;
  /** Dataset inside the file, for containers: `volume/data`. No leading slash. */
  readonly innerPath?: string;
  /** A file the browser was given. */
  readonly blob?: Blob;
  /**
   * A folder the browser was given: its files by their paths below it (an OME-Zarr), or the files of `stack` by the names in its
   * `paths`. `path` is only its name then.
   */
  readonly files?: FileTree;
  /** An image that is in memory already, axes tczyx. Put its data in shared memory to avoid copies to workers. */
  readonly tensor?: Tensor;
  /** Several files that are one image together; `path` is only its name then, and `innerPath` the dataset in each of them. */
  readonly stack?: SliceStack;
}

/**
 * Files of one shape, dtype and axes, in the order of `paths`: slices along an axis they lack (or have with size 1), or parts
 * that follow each other along one they have (multi-page files).
 */
export interface SliceStack {
  readonly paths: readonly string[];
  readonly axis: 't' | 'c' | 'z';
}

/** `file.h5/volume/data` for people. */
export function describeLocation(location: ImageLocation): string {
  return location.innerPath ? `${location.path}/${location.innerPath}` : location.path;
}
