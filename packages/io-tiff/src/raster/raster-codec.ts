import type { Dtype, TypedArray } from '@brushwood/core';

/** What a raster image is, without its pixels. */
export interface RasterInfo {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly dtype: Dtype;
}

/** Pixels in the order y, x, channel. */
export interface RasterPixels extends RasterInfo {
  readonly data: TypedArray;
}

/**
 * Decoder and encoder of the platform: sharp in Node, the browser's own. Errors are those of the platform; the caller
 * wraps them.
 */
export interface RasterCodec {
  readInfo(bytes: Uint8Array): Promise<RasterInfo>;
  /** Channels as stored: an alpha channel is one of them, a palette becomes its colours, 1 bit becomes 0 and 255. */
  decode(bytes: Uint8Array): Promise<RasterPixels>;
  /** PNG of uint8 or uint16 with 1 or 3 channels, values unchanged. */
  encodePng(pixels: RasterPixels): Promise<Uint8Array>;
}
