import { defineTask, type ImageInfo, type ImageRequest, type Roi, type Shape5 } from '@brushwood/core';

/** What a worker needs to open an image. */
export interface ServedImage {
  /** Names the opened image within the worker. */
  readonly key: string;
  readonly request: ImageRequest;
}

/** One chunk that a worker is to read. */
export interface ChunkInput {
  readonly image: ServedImage;
  readonly sourceLevel: number;
  /** Voxels of the source level that become one. */
  readonly factor: Shape5;
  /** Shape of the source level. */
  readonly sourceShape: Shape5;
  /** In voxels after downsampling. */
  readonly roi: Roi;
  /** Read at once and kept for the chunks beside this one. */
  readonly slab: Roi;
  readonly chunkShape: Shape5;
}

/** Opens an image and describes it. */
export const imageInfoTask = defineTask<ServedImage, ImageInfo>('ui.image-info');
/** The bytes of a whole chunk, little-endian, 0 outside of the image. */
export const imageChunkTask = defineTask<ChunkInput, Uint8Array<ArrayBuffer>>('ui.image-chunk');
