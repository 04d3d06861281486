import type { RasterInfo, RasterPixels } from './raster-codec.ts';

/** What the headers of a BMP file say. */
interface BmpHeader extends RasterInfo {
  readonly bits: number;
  /** RGB of each colour of an 8-bit image. */
  readonly palette: readonly (readonly [number, number, number])[];
}

/** Size and channels of a BMP. @throws Error that says what is wrong with the file or which variant is not read */
export function readBmpInfo(bytes: Uint8Array): RasterInfo {
  const { width, height, channels, dtype } = readHeader(bytes);
  return { width, height, channels, dtype };
}

/**
 * Pixels of a BMP: 1 and 8 bits by their palette, grey if its colours are, and 24 bits as RGB. fast-bmp decodes the
 * pixels; it ignores palettes and misreads some headers, which are therefore read here.
 */
export async function decodeBmp(bytes: Uint8Array): Promise<RasterPixels> {
  const { bits, palette, width, height, channels, dtype } = readHeader(bytes);
  const { decode } = await import('fast-bmp');
  const data = decode(bytes).data as Uint8Array; // its type names whatever may be encoded as well
  if (bits === 24) return { width, height, channels, dtype, data };
  const out = new Uint8Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    const color = palette[data[i]!] ?? [0, 0, 0];
    for (let c = 0; c < channels; c++) out[i * channels + c] = color[c]!;
  }
  return { width, height, channels, dtype, data: out };
}

function readHeader(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 66) throw new Error(`the file ends after ${bytes.length} bytes, within its header`);
  const [pixels, headerBytes] = [view.getUint32(10, true), view.getUint32(14, true)];
  const [width, height] = [view.getInt32(18, true), view.getInt32(22, true)];
  const [bits, compression] = [view.getUint16(28, true), view.getUint32(30, true)];
  if (headerBytes < 40) throw new Error('OS/2 bitmaps are not read');
  if (height < 0) throw new Error('bitmaps stored from top to bottom are not read');
  if (![1, 8, 24].includes(bits) || compression !== 0) {
    throw new Error(
      `bitmaps with ${bits} bits and compression ${compression} are not read, only plain 1, 8 and 24 bits`,
    );
  }
  if (width < 1 || height < 1) throw new Error(`it says it has ${width} × ${height} pixels`);
  const needed = pixels + Math.ceil((width * bits) / 32) * 4 * height;
  if (needed > bytes.length) throw new Error(`the file ends after ${bytes.length} bytes, but ${needed} are needed`);
  const colors = bits === 24 ? 0 : Math.min(view.getUint32(46, true) || 2 ** bits, 2 ** bits);
  const palette = Array.from({ length: colors }, (_, i) => {
    const at = 14 + headerBytes + 4 * i;
    return [bytes[at + 2] ?? 0, bytes[at + 1] ?? 0, bytes[at] ?? 0] as const;
  });
  const isGrey = bits !== 24 && palette.every(([r, g, b]) => r === g && g === b);
  return { width, height, channels: isGrey ? 1 : 3, dtype: 'uint8', bits, palette };
}
