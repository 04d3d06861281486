import { decodePng } from './png-decode.ts';
import { encodePng } from './png-encode.ts';
import { infoOf, readPngHeader } from './png-header.ts';
import { plainJpeg, readRasterHeader } from './raster-header.ts';
import { rasterKind } from './raster-kinds.ts';
import type { RasterCodec, RasterPixels } from './raster-codec.ts';

/**
 * PNG by our own code, whose values are exact at any depth; JPEG, WebP and GIF (its first frame) through the browser.
 */
export const rasterCodec: RasterCodec = {
  readInfo: async (bytes) => (isPng(bytes) ? infoOf(readPngHeader(bytes)) : readRasterHeader(bytes)),
  decode: (bytes) => (isPng(bytes) ? decodePng(bytes) : decodeByBrowser(bytes)),
  encodePng,
};

function isPng(bytes: Uint8Array): boolean {
  return rasterKind(bytes.subarray(0, 16)) === 'png';
}

/** @throws an Error for a transparent image: a canvas holds colours multiplied by their alpha, which loses values */
async function decodeByBrowser(bytes: Uint8Array): Promise<RasterPixels> {
  const info = readRasterHeader(bytes);
  const isJpeg = rasterKind(bytes.subarray(0, 16)) === 'jpeg';
  const blob = new Blob(isJpeg ? plainJpeg(bytes) : [bytes as Uint8Array<ArrayBuffer>]);
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  const { width, height } = bitmap;
  if (width !== info.width || height !== info.height) throw new Error('its size is not the one of its header');
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const rgba = context.getImageData(0, 0, width, height).data;
  const { channels } = info;
  const data = new Uint8Array(width * height * channels);
  for (let i = 0, at = 0; i < rgba.length; i += 4) {
    if (rgba[i + 3] !== 255) throw new Error('images of this kind with transparent pixels are not read in a browser');
    for (let c = 0; c < channels; c++) data[at++] = rgba[i + c]!;
  }
  return { ...info, data };
}
