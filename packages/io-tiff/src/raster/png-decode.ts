import { infoOf, readPngHeader, samplesOf, type PngHeader } from './png-header.ts';
import type { RasterPixels } from './raster-codec.ts';

/** Adam7: the pixels of pass i are those from (x, y) in steps of (dx, dy) (PNG specification, §8.2). */
const interlacePasses = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
] as const;
const onePass = [{ x: 0, y: 0, dx: 1, dy: 1 }] as const;

/**
 * Decodes a PNG of any kind: the values of the file, without the colour management, the premultiplied alpha and the cut to 8 bits of a
 * browser's own decoder. Gamma and profiles change nothing.
 * @throws an Error that says what is wrong with the file
 * Source: Portable Network Graphics Specification (Second Edition), W3C 2003.
 */
export async function decodePng(png: Uint8Array): Promise<RasterPixels> {
  const header = readPngHeader(png);
  const info = infoOf(header);
  const passes = (header.isInterlaced ? interlacePasses : onePass)
    .map((pass) => ({
      ...pass,
      width: Math.ceil((header.width - pass.x) / pass.dx),
      height: Math.ceil((header.height - pass.y) / pass.dy),
    }))
    .filter(({ width, height }) => width > 0 && height > 0);
  const bits = samplesOf(header) * header.depth;
  const rowBytes = (width: number) => Math.ceil((width * bits) / 8);
  const rawBytes = passes.reduce((sum, { width, height }) => sum + (rowBytes(width) + 1) * height, 0);
  const raw = await inflate(header.compressed, rawBytes);

  const count = info.width * info.height * info.channels;
  const data = info.dtype === 'uint16' ? new Uint16Array(count) : new Uint8Array(count);
  const expand = expander(header, info.channels);
  let at = 0;
  for (const { x, y, dx, dy, width, height } of passes) {
    const length = rowBytes(width);
    let above: Uint8Array = new Uint8Array(length);
    for (let row = 0; row < height; row++, at += length + 1) {
      const line = raw.subarray(at + 1, at + 1 + length);
      unfilter(raw[at]!, line, { above, pixelBytes: Math.max(1, bits >> 3) });
      expand(line, { width, out: data, start: (y + row * dy) * info.width + x, step: dx });
      above = line;
    }
  }
  return { ...info, data };
}

/** The bytes of a zlib stream, whose number is known. */
async function inflate(pieces: readonly Uint8Array[], expected: number): Promise<Uint8Array> {
  const stream = new Blob(pieces as Uint8Array<ArrayBuffer>[]).stream().pipeThrough(new DecompressionStream('deflate'));
  const out = new Uint8Array(expected);
  const reader = stream.getReader();
  let filled = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (filled + part.value.length > expected) {
      await reader.cancel();
      throw new Error('it holds more pixels than its header says');
    }
    out.set(part.value, filled);
    filled += part.value.length;
  }
  if (filled < expected) throw new Error('it holds fewer pixels than its header says');
  return out;
}

/** Undoes the filter of a row in place (PNG specification, §9). */
function unfilter(type: number, line: Uint8Array, around: { above: Uint8Array; pixelBytes: number }): void {
  const { above, pixelBytes: back } = around;
  if (type > 4) throw new Error(`a row has the unknown filter ${type}`);
  if (type === 0) return;
  for (let i = 0; i < line.length; i++) {
    const left = i < back ? 0 : line[i - back]!;
    const up = above[i]!;
    if (type === 1) line[i]! += left;
    else if (type === 2) line[i]! += up;
    else if (type === 3) line[i]! += (left + up) >> 1;
    else line[i]! += paeth(left, up, i < back ? 0 : above[i - back]!);
  }
}

/** The neighbour that is nearest to left + up − corner. */
function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

interface RowTarget {
  readonly width: number;
  readonly out: Uint8Array | Uint16Array;
  /** Pixel of the whole image where the row begins, and pixels from one to the next. */
  readonly start: number;
  readonly step: number;
}

/** Puts the pixels of an unfiltered row into the image: unpacks bits, looks up a palette, adds alpha. */
function expander(header: PngHeader, channels: number): (line: Uint8Array, target: RowTarget) => void {
  const { depth, colorType, palette, transparency } = header;
  const samples = samplesOf(header);
  // Samples below 8 bits are stretched to 0…255, indices of a palette not.
  const stretch = depth < 8 && colorType !== 3 ? 255 / (2 ** depth - 1) : 1;
  const opaque = depth === 16 ? 65535 : 255;
  const clear =
    transparency && Array.from({ length: samples }, (_, c) => transparency[2 * c]! * 256 + transparency[2 * c + 1]!);
  return (line, { width, out, start, step }) => {
    for (let pixel = 0; pixel < width; pixel++) {
      const to = (start + pixel * step) * channels;
      if (colorType === 3) {
        const index = sampleAt(line, pixel, depth);
        if (3 * index + 3 > palette!.length) throw new Error(`a pixel has colour ${index}, which its palette lacks`);
        for (let c = 0; c < 3; c++) out[to + c] = palette![3 * index + c]!;
        if (transparency) out[to + 3] = transparency[index] ?? 255;
        continue;
      }
      let isClear = clear !== undefined;
      for (let c = 0; c < samples; c++) {
        const value = sampleAt(line, pixel * samples + c, depth);
        isClear &&= value === clear![c];
        out[to + c] = value * stretch;
      }
      if (clear && channels > samples) out[to + samples] = isClear ? 0 : opaque;
    }
  };
}

function sampleAt(line: Uint8Array, i: number, depth: number): number {
  if (depth === 8) return line[i]!;
  if (depth === 16) return line[2 * i]! * 256 + line[2 * i + 1]!;
  const bit = i * depth;
  return (line[bit >> 3]! >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
}
