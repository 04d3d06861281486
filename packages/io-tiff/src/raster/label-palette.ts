import { pngChunk } from './png-chunks.ts';

/**
 * PNG files whose values are class numbers and which viewers show in the colours of the classes. A grey PNG of 8 bits and one with
 * a palette hold the same bytes per pixel, so that one is made of the other by its header and two more chunks:
 *
 *     8     signature
 *     25    IHDR: its 10th byte of data is the colour type, 0 for grey, 3 for a palette
 *     ...   PLTE: red, green, blue of every value; tEXt: the mark that says that values, not colours, are meant
 *     ...   the rest as it was
 */

export type Color = readonly [number, number, number];

const headerEnd = 33; // signature and IHDR
const mark = 'Brushwood\0class numbers';

/**
 * A grey PNG of 8 bits with a palette: 0 is black, value i has the i-th colour, and values without a colour are white. Any other
 * PNG is returned as it is.
 */
export function addPalette(png: Uint8Array, colors: readonly Color[]): Uint8Array {
  if (png[24] !== 8 || png[25] !== 0) return png;
  const palette = new Uint8Array(768).fill(255);
  palette.fill(0, 0, 3);
  colors.slice(0, 255).forEach((color, i) => palette.set(color, 3 * (i + 1)));
  const chunks = [pngChunk('PLTE', palette), pngChunk('tEXt', latin1(mark))];
  return joined([headerWithColorType(png, 3), ...chunks, png.subarray(headerEnd)]);
}

/** The grey PNG that `addPalette` began with; any other PNG is returned as it is. */
export function withoutPalette(png: Uint8Array): Uint8Array {
  if (png[24] !== 8 || png[25] !== 3) return png;
  const parts = [headerWithColorType(png, 0)];
  let isMarked = false;
  for (let at = headerEnd; at + 12 <= png.length; ) {
    const length = new DataView(png.buffer, png.byteOffset + at).getUint32(0);
    const whole = png.subarray(at, at + 12 + length);
    const type = String.fromCharCode(...whole.subarray(4, 8));
    const isMark = type === 'tEXt' && length === mark.length && latin1(mark).every((byte, i) => byte === whole[8 + i]);
    isMarked ||= isMark;
    if (!isMark && type !== 'PLTE') parts.push(whole);
    at += whole.length;
  }
  return isMarked ? joined(parts) : png;
}

function headerWithColorType(png: Uint8Array, colorType: number): Uint8Array {
  const data = png.slice(16, 29);
  data[9] = colorType;
  return joined([png.subarray(0, 8), pngChunk('IHDR', data)]);
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
