import type { Dtype } from '@brushwood/core';
import { refuse, type PlainBytes } from './plain-bytes.ts';

export interface PlainType {
  readonly kind: 'numbers' | 'variable-text' | 'fixed-text' | 'opaque';
  /** Bytes of one element in the file. */
  readonly bytes: number;
  readonly dtype?: Dtype;
  /** Is text declared to be UTF-8? If not, ASCII. */
  readonly isUtf8?: boolean;
}

interface KnownType extends PlainType {
  /** The datatype message, byte by byte. */
  readonly encoding: readonly number[];
}

const integer = (bytes: number, isSigned: boolean): KnownType => ({
  kind: 'numbers',
  bytes,
  dtype: `${isSigned ? 'int' : 'uint'}${8 * bytes}` as Dtype,
  encoding: [0x10, isSigned ? 8 : 0, 0, 0, bytes, 0, 0, 0, 0, 0, 8 * bytes, 0],
});
const byte = [0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0];
const boolean: KnownType = {
  kind: 'numbers',
  bytes: 1,
  dtype: 'uint8',
  // An enumeration of two: int8, "FALSE", "TRUE", 0, 1.
  encoding: [0x18, 2, 0, 0, 1, 0, 0, 0, ...integer(1, true).encoding, ...ascii('FALSE'), ...ascii('TRUE'), 0, 1],
};
const variableText = (padding: number, isUtf8: boolean): KnownType => ({
  kind: 'variable-text',
  bytes: 16,
  isUtf8,
  encoding: [0x19, 1 + 16 * padding, isUtf8 ? 1 : 0, 0, 16, 0, 0, 0, ...byte],
});

/** Little-endian numbers of the usual layouts, booleans as h5py writes them, text of variable length. */
const knownTypes: readonly KnownType[] = [
  ...[1, 2, 4, 8].flatMap((bytes) => [integer(bytes, true), integer(bytes, false)]),
  { kind: 'numbers', bytes: 4, dtype: 'float32', encoding: float(4, [0x1f, 32, 23, 8, 0, 23, 0x7f, 0]) },
  { kind: 'numbers', bytes: 8, dtype: 'float64', encoding: float(8, [0x3f, 64, 52, 11, 0, 52, 0xff, 3]) },
  boolean,
  ...[0, 1, 2].flatMap((padding) => [variableText(padding, false), variableText(padding, true)]),
];

function ascii(text: string): number[] {
  return Array.from({ length: 8 }, (_, i) => text.charCodeAt(i) || 0);
}

/** IEEE: sign bit, precision, place and size of the exponent, place and size of the mantissa, bias. */
function float(bytes: number, parts: readonly number[]): number[] {
  const [sign, precision, exponentAt, exponentBits, mantissaAt, mantissaBits, biasLow, biasHigh] = parts as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const head = [0x11, 0x20, sign, 0, bytes, 0, 0, 0, 0, 0, precision, 0];
  return [...head, exponentAt, exponentBits, mantissaAt, mantissaBits, biasLow, biasHigh, 0, 0];
}

/** The type described within `[at, end)`. Source: HDF5 File Format Specification 3.0, IV.A.2.d. */
export function readType(bytes: PlainBytes, at: number, end: number): PlainType {
  const known = knownTypes.find(({ encoding }) => at + encoding.length <= end && bytes.hasAt(at, encoding));
  if (known) return known;
  const size = bytes.u32(at + 4);
  if (at + 8 > end || size === 0 || size > bytes.length) refuse('an odd type');
  const bits = bytes.u8(at + 1);
  // Text of a fixed length, padded with zeros.
  const isFixedText = bytes.u8(at) === 0x13 && (bits & 0xee) === 0 && bytes.hasAt(at + 2, [0, 0]);
  if (isFixedText) return { kind: 'fixed-text', bytes: size, isUtf8: bits >= 0x10 };
  if (bytes.hasAt(at, [0x15, 0, 0, 0])) return { kind: 'opaque', bytes: size };
  return refuse('a type the quick reader does not know');
}

/**
 * Sizes from a dataspace message, version 1: 1, rank, flags (1: largest sizes follow), 0 ×5, sizes (u64).
 * Source: HDF5 File Format Specification 3.0, IV.A.2.b.
 */
export function readShape(bytes: PlainBytes, at: number, end: number): readonly number[] {
  const rank = bytes.u8(at + 1);
  const flags = bytes.u8(at + 2);
  if (bytes.u8(at) !== 1 || rank > 8 || flags > 1 || at + 8 + 8 * rank * (1 + flags) > end) refuse('an odd shape');
  bytes.expect(at + 3, [0, 0, 0, 0, 0], 'an odd shape');
  return Array.from({ length: rank }, (_, i) => {
    const size = bytes.u32(at + 8 + 8 * i);
    const largest = at + 8 + 8 * (rank + i);
    if (bytes.u32(at + 12 + 8 * i) !== 0 || size === 0) refuse('an odd size');
    if (flags === 1 && !bytes.isUndefined(largest) && bytes.u32(largest + 4) === 0 && bytes.u32(largest) < size) {
      refuse('an odd size');
    }
    return size;
  });
}
