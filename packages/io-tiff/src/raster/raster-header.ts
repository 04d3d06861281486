import type { RasterInfo } from './raster-codec.ts';
import { rasterKind } from './raster-kinds.ts';

/**
 * Size and channels of a JPEG, WebP or GIF, which a browser does not tell: it hands out RGBA of whatever it decodes.
 * @throws an Error that says what is wrong with the file
 */
export function readRasterHeader(bytes: Uint8Array): RasterInfo {
  const kind = rasterKind(bytes.subarray(0, 16));
  if (kind === 'jpeg') return jpegInfo(bytes);
  if (kind === 'webp') return webpInfo(bytes);
  if (kind === 'gif') return gifInfo(bytes);
  throw new Error('its first bytes are those of no image');
}

interface Segment {
  readonly marker: number;
  /** Of the marker, and behind its data. */
  readonly start: number;
  readonly stop: number;
}

/** The segments of a JPEG up to its pixels (ISO/IEC 10918-1, annex B): 0xff, the marker, 2 bytes of length, data. */
function* jpegSegments(bytes: Uint8Array): Generator<Segment> {
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) throw new Error('a marker is missing in its header');
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++; // fill bytes are allowed
      continue;
    }
    const stop = at + 2 + uint16(bytes, at + 2);
    yield { marker, start: at, stop };
    if (marker === startOfScan) return;
    at = stop;
  }
  throw new Error('the file ends within its header');
}

const startOfScan = 0xda;
/** Start of frame, without the markers among them that mean something else. */
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

function jpegInfo(bytes: Uint8Array): RasterInfo {
  for (const { marker, start } of jpegSegments(bytes)) {
    if (!isFrame(marker)) continue;
    const [height, width, components] = [uint16(bytes, start + 5), uint16(bytes, start + 7), bytes[start + 9]!];
    if (components > 3) throw new Error('JPEG files of four inks (CMYK) are not read in a browser');
    return { width, height, channels: components === 1 ? 1 : 3, dtype: 'uint8' };
  }
  throw new Error('its size is missing');
}

/**
 * A JPEG without its Exif data (APP1), by which a browser would turn it, and its colour profile (APP2), by which it would change
 * the colours.
 */
export function plainJpeg(bytes: Uint8Array): Uint8Array<ArrayBuffer>[] {
  const parts = [bytes.subarray(0, 2)];
  for (const { marker, start, stop } of jpegSegments(bytes)) {
    if (marker === startOfScan) parts.push(bytes.subarray(start));
    else if (marker !== 0xe1 && marker !== 0xe2) parts.push(bytes.subarray(start, stop));
  }
  return parts as Uint8Array<ArrayBuffer>[];
}

/** RIFF, size, WEBP, then `VP8 ` (lossy), `VP8L` (lossless) or `VP8X` (either, with extras). Source: WebP container specification. */
function webpInfo(bytes: Uint8Array): RasterInfo {
  if (bytes.length < 30) throw new Error('the file ends within its header');
  const chunk = String.fromCharCode(...bytes.subarray(12, 16));
  const size = (width: number, height: number, hasAlpha: boolean): RasterInfo => ({
    width,
    height,
    channels: hasAlpha ? 4 : 3,
    dtype: 'uint8',
  });
  if (chunk === 'VP8 ') return size(le16(bytes, 26) & 0x3fff, le16(bytes, 28) & 0x3fff, false);
  if (chunk === 'VP8L') {
    const bits = le16(bytes, 21) + le16(bytes, 23) * 65536;
    return size((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1, ((bits >>> 28) & 1) === 1);
  }
  const le24 = (at: number) => le16(bytes, at) + bytes[at + 2]! * 65536;
  if (chunk === 'VP8X') return size(le24(24) + 1, le24(27) + 1, (bytes[20]! & 0x10) !== 0);
  throw new Error(`its kind "${chunk}" is unknown`);
}

/** The size of the screen; a transparent colour is found in the first graphic control block. Source: GIF89a specification. */
function gifInfo(bytes: Uint8Array): RasterInfo {
  if (bytes.length < 13) throw new Error('the file ends within its header');
  const tableBytes = bytes[10]! & 0x80 ? 3 * 2 ** ((bytes[10]! & 7) + 1) : 0;
  let hasAlpha = false;
  for (let at = 13 + tableBytes; bytes[at] === 0x21; ) {
    if (bytes[at + 1] === 0xf9) hasAlpha ||= (bytes[at + 3]! & 1) === 1;
    at += 2;
    while (bytes[at]) at += bytes[at]! + 1;
    at++;
  }
  return { width: le16(bytes, 6), height: le16(bytes, 8), channels: hasAlpha ? 4 : 3, dtype: 'uint8' };
}

function uint16(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 256 + bytes[at + 1]!;
}

function le16(bytes: Uint8Array, at: number): number {
  return bytes[at]! + bytes[at + 1]! * 256;
}
