import { crc32, deflateSync } from 'node:zlib';
import type { NumberArray } from '@brushwood/core';

/** A .npy file of version 1.0. `descr` as NumPy writes it: `|u1`, `<f4`. */
export function npyBytes(descr: string, shape: readonly number[], data: NumberArray | Uint8Array): Uint8Array {
  return npyFile(`{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`, data);
}

/** A .npy file with any header. */
export function npyFile(header: string, data: NumberArray | Uint8Array): Uint8Array {
  const padded = header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11) + '\n';
  const head = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${padded}`, 'latin1');
  head.writeUInt16LE(padded.length, 8);
  return Buffer.concat([head, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
}

export interface PngParts {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: 1 | 8 | 16;
  /** 0 grey, 2 RGB, 3 palette. */
  readonly colorType: 0 | 2 | 3;
  /** Packed bytes of each row. */
  readonly rows: readonly (readonly number[])[];
  /** R, G, B, R, G, B, … */
  readonly palette?: readonly number[];
}

/** A PNG file without filters. */
export function pngBytes({ width, height, bitDepth, colorType, rows, palette }: PngParts): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bitDepth, colorType, 0, 0, 0], 8);
  const data = deflateSync(Buffer.from(rows.flatMap((row) => [0, ...row])));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    ...(palette ? [pngChunk('PLTE', Buffer.from(palette))] : []),
    pngChunk('IDAT', data),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = [Buffer.alloc(4), Buffer.alloc(4)] as const;
  ends[0].writeUInt32BE(data.length);
  ends[1].writeUInt32BE(crc32(body));
  return Buffer.concat([ends[0], body, ends[1]]);
}

/** An uncompressed grey BMP of 8 bits, rows from the bottom up. `width` is a multiple of 4, so rows need no padding. */
export function bmpBytes(width: number, height: number, pixels: Uint8Array): Uint8Array {
  const offset = 54 + 4 * 256;
  const head = Buffer.alloc(offset);
  head.write('BM', 'latin1');
  head.writeUInt32LE(offset + pixels.length, 2);
  head.writeUInt32LE(offset, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(8, 28);
  head.writeUInt32LE(256, 46);
  for (let i = 0; i < 256; i++) head.set([i, i, i, 0], 54 + 4 * i);
  return Buffer.concat([head, pixels]);
}

/** A little-endian TIFF of one uncompressed 8-bit strip, whose header may claim any size. */
export function tiffBytes(width: number, height: number, strip: Uint8Array): Uint8Array {
  const entries = [
    [256, width],
    [257, height],
    [258, 8],
    [259, 1],
    [262, 1],
    [273, 8],
    [277, 1],
    [278, height],
    [279, strip.length],
  ] as const;
  const directory = Buffer.alloc(2 + 12 * entries.length + 4);
  directory.writeUInt16LE(entries.length, 0);
  entries.forEach(([tag, value], i) => {
    directory.writeUInt16LE(tag, 2 + 12 * i);
    directory.writeUInt16LE(4, 4 + 12 * i);
    directory.writeUInt32LE(1, 6 + 12 * i);
    directory.writeUInt32LE(value, 10 + 12 * i);
  });
  const head = Buffer.from([0x49, 0x49, 42, 0, 0, 0, 0, 0]);
  head.writeUInt32LE(8 + strip.length, 4);
  return Buffer.concat([head, strip, directory]);
}
