import { allocateArray, arrayFromBytes, BrushwoodError, itemBytes, messageOf, type TypedArray } from '@brushwood/core';
import { inflate as platformInflate } from '#inflate';
import type { TiffStructure } from './directory.ts';
import type { Inflate } from './inflate.ts';
import { decodeLzw } from './lzw.ts';
import { rowBytes, unsupported, type TiffPage } from './page.ts';
import { tag } from './tags.ts';
import { sizedZstdFrame } from './zstd-frame.ts';

/** Compressions that are decoded, by their TIFF number; the rest of the names is for messages. */
const compressionNames: Readonly<Record<number, string>> = {
  2: 'CCITT compression',
  3: 'fax compression',
  4: 'fax compression',
  6: 'old-style JPEG compression',
  34712: 'JPEG 2000 compression',
  34887: 'LERC compression',
  34925: 'LZMA compression',
  50001: 'WebP compression',
};
/** Bytes a block may hold beyond twice its pixels. */
const slackBytes = 2 ** 20;
/** Absent in a browser. */
const inflate: Inflate | undefined = platformInflate;
const zlibCompressions = [8, 32946];
const decodedByGeotiff = [7, 8, 32946, 32773, 50000];

/**
 * Refuses pages whose pixels would come out wrong, before any is read.
 * @throws 'unsupported' naming the variant
 */
export function checkCodec(structure: TiffStructure, page: TiffPage): void {
  const { compression, photometric, predictor, bits } = page;
  if (compression !== 1 && compression !== 5 && !decodedByGeotiff.includes(compression)) {
    throw unsupported(structure, page, compressionNames[compression] ?? `compression ${compression}`);
  }
  if (photometric === 6) throw unsupported(structure, page, 'YCbCr colours');
  if (![1, 2, 3].includes(predictor) || (predictor !== 1 && bits < 8)) {
    throw unsupported(structure, page, `predictor ${predictor}`);
  }
}

/**
 * One strip or tile → its samples, `rows` × blockWidth × samples, in the machine's byte order.
 * @throws 'broken-file' if the data cannot be decoded or is too short
 */
export async function decodeBlock(
  structure: TiffStructure,
  page: TiffPage,
  stored: Uint8Array,
  rows: number,
): Promise<TypedArray> {
  const expected = rowBytes(page) * rows;
  const bytes = await decompress(structure, page, stored, expected);
  if (bytes.length < expected) {
    throw structure.broken(
      `a block of page ${page.index + 1} holds ${bytes.length} bytes of pixels instead of ${expected}`,
    );
  }
  return samplesOf(structure, page, bytes.subarray(0, expected), rows);
}

/** Bytes without compression → samples. May use the bytes as its buffer and change them. */
export function samplesOf(structure: TiffStructure, page: TiffPage, bytes: Uint8Array, rows: number): TypedArray {
  if (page.bits < 8) return unpackBits(page, bytes, rows);
  const samples = page.isPlanar ? 1 : page.samples;
  if (page.predictor === 3) {
    const restored = restoreFloats(bytes, itemBytes(page.dtype), page.blockWidth * samples, samples);
    return arrayFromBytes(page.dtype, restored);
  }
  if (!structure.isLittleEndian) swapBytes(bytes, itemBytes(page.dtype));
  const array = arrayFromBytes(page.dtype, bytes);
  if (page.predictor === 2) addDifferences(array, page.blockWidth * samples, samples);
  return array;
}

async function decompress(structure: TiffStructure, page: TiffPage, stored: Uint8Array, expected: number) {
  if (page.compression === 1) return stored;
  if (page.compression === 5) {
    const decoded = decodeLzw(stored, expected);
    if (!decoded) throw structure.broken(`a block of page ${page.index + 1} is no valid LZW data`);
    return decoded;
  }
  const encoded = page.compression === 50000 ? zstdFrame(structure, page, stored, expected) : stored;
  try {
    if (inflate && zlibCompressions.includes(page.compression)) {
      // Some programs pad the last strip, also beyond the image: that much more is let pass.
      const inflated = inflate(stored, 2 * rowBytes(page) * page.blockHeight + slackBytes);
      if (inflated) return inflated;
      throw structure.broken(`a block of page ${page.index + 1} holds more than the pixels it should`);
    }
    const { getDecoder } = await import('geotiff');
    const jpegTables = await structure.bytes(page.directory, tag.jpegTables);
    const decoder = await getDecoder(page.compression, {
      tileWidth: page.blockWidth,
      tileHeight: page.blockHeight,
      predictor: 1, // undone in `samplesOf`: geotiff's works in the machine's byte order only
      bitsPerSample: page.bits,
      planarConfiguration: page.isPlanar ? 2 : 1,
      ...(jpegTables ? { JPEGTables: jpegTables } : {}),
    });
    return new Uint8Array(await decoder.decode(encoded.buffer));
  } catch (error) {
    if (error instanceof BrushwoodError) throw error;
    throw new BrushwoodError(
      'broken-file',
      `${structure.source.name} is damaged: a block of page ${page.index + 1} cannot be decoded (${messageOf(error)}). ` +
        'Copy or export the file again.',
      { file: structure.source.name, page: page.index + 1 },
      { cause: error },
    );
  }
}

function zstdFrame(structure: TiffStructure, page: TiffPage, stored: Uint8Array, expected: number): Uint8Array {
  const frame = sizedZstdFrame(stored, { least: expected, most: rowBytes(page) * page.blockHeight });
  if (!frame) throw structure.broken(`a block of page ${page.index + 1} is no valid Zstandard data`);
  return frame;
}

/** 1, 2 or 4 bits per sample, rows padded to bytes → uint8 with the stored values. */
function unpackBits(page: TiffPage, bytes: Uint8Array, rows: number): Uint8Array {
  const perRow = page.blockWidth * (page.isPlanar ? 1 : page.samples);
  const stride = rowBytes(page);
  const mask = (1 << page.bits) - 1;
  const out = new Uint8Array(perRow * rows);
  for (let y = 0, i = 0; y < rows; y++)
    for (let x = 0; x < perRow; x++, i++) {
      const bit = x * page.bits;
      out[i] = (bytes[y * stride + (bit >> 3)]! >> (8 - page.bits - (bit & 7))) & mask;
    }
  return out;
}

/** Undoes horizontal differencing (predictor 2), in place: unsigned sums that wrap, whatever the values mean. */
function addDifferences(array: TypedArray, rowLength: number, samples: number): void {
  const bits = itemBits(array);
  for (let row = 0; row < bits.length; row += rowLength) {
    const end = row + rowLength;
    if (bits instanceof BigUint64Array) {
      for (let i = row + samples; i < end; i++) bits[i] = bits[i]! + bits[i - samples]!;
    } else {
      for (let i = row + samples; i < end; i++) bits[i] = bits[i]! + bits[i - samples]!;
    }
  }
}

function itemBits(array: TypedArray): Uint8Array | Uint16Array | Uint32Array | BigUint64Array {
  const { buffer, byteOffset, length } = array;
  switch (array.BYTES_PER_ELEMENT) {
    case 1:
      return new Uint8Array(buffer, byteOffset, length);
    case 2:
      return new Uint16Array(buffer, byteOffset, length);
    case 4:
      return new Uint32Array(buffer, byteOffset, length);
    default:
      return new BigUint64Array(buffer, byteOffset, length);
  }
}

/**
 * Undoes the floating-point predictor: a row holds the most significant bytes of all its samples first, and bytes are
 * differences. The order of the bytes doesn't depend on the file's byte order. Source: Adobe TIFF technical note 3.
 */
function restoreFloats(bytes: Uint8Array, size: number, rowLength: number, samples: number): Uint8Array {
  const out = allocateArray('uint8', bytes.length) as Uint8Array;
  const stride = rowLength * size;
  for (let row = 0; row < bytes.length; row += stride) {
    for (let i = row + samples; i < row + stride; i++) bytes[i] = bytes[i]! + bytes[i - samples]!;
    for (let i = 0; i < rowLength; i++)
      for (let b = 0; b < size; b++) out[row + i * size + (size - 1 - b)] = bytes[row + b * rowLength + i]!;
  }
  return out;
}

function swapBytes(bytes: Uint8Array, size: number): void {
  for (let i = 0; i < bytes.length && size > 1; i += size) bytes.subarray(i, i + size).reverse();
}
