import type { Tensor } from '../grid/tensor.ts';

/** Where an image lives. Plain data, so that a worker can open it again by itself. */
export interface ImageLocation {
  /** Path or URL of the file or folder; a name to show where `blob` or `tensor` holds the data. */
  readonly path: string;
  /** Dataset inside the file, for containers: `volume/data`. No leading slash. */
  readonly innerPath?: string;
  /** A file the browser was given. */
  readonly blob?: Blob;
  /** An image that is in memory already, axes tczyx. Put its data in shared memory to avoid copies to workers. */
  readonly tensor?: Tensor;
}

/** `file.h5/volume/data` for people. */
export function describeLocation(location: ImageLocation): string {
  return location.innerPath ? `${location.path}/${location.innerPath}` : location.path;
}
