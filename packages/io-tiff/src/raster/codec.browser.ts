import { BrushwoodError } from '@brushwood/core';
import type { RasterCodec, RasterPixels } from './raster-codec.ts';

/** Images through the browser: 8 bits per channel, so a 16-bit PNG is refused instead of being cut down. */
export const rasterCodec: RasterCodec = {
  async readInfo(bytes) {
    const { data: _, ...info } = await decode(bytes); // the browser tells no sizes without decoding
    return info;
  },
  decode,
  async encodePng({ width, height, channels, dtype, data }) {
    if (dtype !== 'uint8') {
      throw new BrushwoodError('unsupported-dtype', 'A browser writes PNG with 8 bits only. Choose TIFF for 16 bits.');
    }
    const canvas = new OffscreenCanvas(width, height);
    const image = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = Number(data[i * channels + (channels === 1 ? 0 : c)]);
      image.data[4 * i + 3] = 255;
    }
    canvas.getContext('2d')!.putImageData(image, 0, 0);
    const blob = await canvas.convertToBlob({ type: 'image/png' });
    return new Uint8Array(await blob.arrayBuffer());
  },
};

async function decode(bytes: Uint8Array): Promise<RasterPixels> {
  refuseDeepPng(bytes);
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const rgba = context.getImageData(0, 0, width, height).data;
  const channels = channelsOf(rgba);
  const data = new Uint8Array(width * height * channels);
  for (let i = 0, at = 0; i < rgba.length; i += 4) for (let c = 0; c < channels; c++) data[at++] = rgba[i + c]!;
  return { width, height, channels, dtype: 'uint8', data };
}

/** The canvas knows RGBA only: equal colours are read as grey, an opaque alpha is left out. */
function channelsOf(rgba: Uint8ClampedArray): 1 | 3 | 4 {
  let isGrey = true;
  for (let i = 0; i < rgba.length; i += 4) {
    if (rgba[i + 3] !== 255) return 4;
    isGrey &&= rgba[i] === rgba[i + 1] && rgba[i] === rgba[i + 2];
  }
  return isGrey ? 1 : 3;
}

function refuseDeepPng(bytes: Uint8Array): void {
  const isPng = bytes[0] === 0x89 && bytes[1] === 0x50;
  if (isPng && bytes[24] === 16) {
    throw new BrushwoodError(
      'unsupported-dtype',
      'A browser reads PNG with 8 bits only, and this one has 16. Save it as TIFF, or use the brushwood command.',
    );
  }
}
