import { pngChunks } from './png-chunks.ts';
import type { RasterInfo } from './raster-codec.ts';

/** IHDR of a PNG, its palette and what is transparent (PNG specification, §11.2). */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of one sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** 0 grey, 2 red green blue, 3 palette, 4 grey and alpha, 6 red green blue and alpha. */
  readonly colorType: 0 | 2 | 3 | 4 | 6;
  readonly isInterlaced: boolean;
  /** Red, green, blue of each index. */
  readonly palette?: Uint8Array;
  /** Alpha of each index of a palette; else the samples of the one transparent colour, 16 bits each. */
  readonly transparency?: Uint8Array;
  /** Pieces of one zlib stream. */
  readonly compressed: readonly Uint8Array[];
}

const depths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** @throws an Error that says what is wrong with the file */
export function readPngHeader(png: Uint8Array): PngHeader {
  let header: Omit<PngHeader, 'compressed'> | undefined;
  const compressed: Uint8Array[] = [];
  for (const { type, data } of pngChunks(png)) {
    if (type === 'IHDR') header = parseHeader(data);
    else if (!header) throw new Error('its header is missing');
    else if (type === 'PLTE') header = { ...header, palette: data };
    else if (type === 'tRNS') header = { ...header, transparency: data };
    else if (type === 'IDAT') compressed.push(data);
  }
  if (!header || compressed.length === 0) throw new Error('it holds no pixels');
  if (header.colorType === 3 && !header.palette) throw new Error('its palette is missing');
  return { ...header, compressed };
}

function parseHeader(data: Uint8Array): Omit<PngHeader, 'compressed'> {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < 13) throw new Error('its header is too short');
  const [depth = 0, colorType = 0, compression, filter, interlace] = data.subarray(8);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  if (!depths[colorType]?.includes(depth)) throw new Error(`${depth} bits with colour type ${colorType} do not exist`);
  if (compression !== 0 || filter !== 0 || interlace! > 1) throw new Error('its compression is unknown');
  if (width === 0 || height === 0) throw new Error('its width or height is 0');
  return { width, height, depth, colorType: colorType as PngHeader['colorType'], isInterlaced: interlace === 1 };
}

/** Samples of a pixel in the file. */
export function samplesOf({ colorType }: PngHeader): number {
  return { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colorType];
}

/** What the image is once decoded: a palette as its colours, what is transparent as an alpha channel, and never below 8 bits. */
export function infoOf(header: PngHeader): RasterInfo {
  const { width, height, depth, colorType, transparency } = header;
  const colors = colorType === 3 ? 3 : samplesOf(header);
  const channels = transparency && colorType <= 3 ? colors + 1 : colors;
  return { width, height, channels, dtype: depth === 16 ? 'uint16' : 'uint8' };
}
