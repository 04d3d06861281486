import type { Sharp, SharpOptions } from 'sharp';
import type { RasterCodec, RasterInfo, RasterPixels } from './raster-codec.ts';

/** Truncated files are errors, colour profiles don't change values. The size has been looked at before pixels are decoded. */
const options: SharpOptions = { failOn: 'error', ignoreIcc: true, limitInputPixels: false };

/** PNG, JPEG, WebP and GIF (its first frame) through sharp, which is loaded when it is first needed. */
export const rasterCodec: RasterCodec = {
  async readInfo(bytes) {
    return infoOf(await open(bytes));
  },
  async decode(bytes) {
    const image = await open(bytes);
    const info = await infoOf(image);
    const is16 = info.dtype === 'uint16';
    const { data: buffer, info: output } = await image
      .toColourspace(colourspace(info.channels, is16))
      .raw({ depth: is16 ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const bytesOfPixels = buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength);
    const data = is16 ? new Uint16Array(bytesOfPixels) : new Uint8Array(bytesOfPixels);
    if (output.channels === info.channels) return { ...info, data };
    if (output.channels === 4 && info.channels === 2) return { ...info, data: greyAndAlpha(data) };
    throw new Error(`${output.channels} channels were decoded instead of ${info.channels}`);
  },
  async encodePng({ width, height, channels, dtype, data }: RasterPixels) {
    const { default: sharp } = await import('sharp');
    const is16 = dtype === 'uint16';
    return sharp(data as Uint8Array | Uint16Array, {
      limitInputPixels: 2 ** 31 - 1,
      raw: { width, height, channels: channels as 1 | 3 },
    })
      .toColourspace(colourspace(channels, is16))
      .png({ compressionLevel: 6, palette: false })
      .toBuffer();
  },
};

async function open(bytes: Uint8Array): Promise<Sharp> {
  const { default: sharp } = await import('sharp');
  return sharp(bytes, options);
}

async function infoOf(image: Sharp): Promise<RasterInfo> {
  const { width, height, channels, depth, space } = await image.metadata();
  const isCmyk = space === 'cmyk';
  return { width, height, channels: isCmyk ? 3 : channels, dtype: depth === 'ushort' ? 'uint16' : 'uint8' };
}

/**
 * Without a colour space of its own, sharp makes three 8-bit channels of a grey image, and zeros of a 16-bit one. `b-w`
 * loses an alpha channel, so 8-bit grey with alpha goes through colour.
 */
function colourspace(channels: number, is16: boolean): 'grey16' | 'rgb16' | 'b-w' | 'srgb' {
  if (is16) return channels <= 2 ? 'grey16' : 'rgb16';
  return channels === 1 ? 'b-w' : 'srgb';
}

/** Red and alpha of RGBA pixels whose colours are equal. */
function greyAndAlpha<T extends Uint8Array | Uint16Array>(rgba: T): T {
  return rgba.filter((_, i) => i % 4 === 0 || i % 4 === 3) as T;
}
