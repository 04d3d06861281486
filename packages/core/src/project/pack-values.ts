import { BrushwoodError } from '../errors.ts';
import { allocateArray, dtypeOf, isDtype, itemBytes, type Dtype, type TypedArray } from '../grid/dtype.ts';

/**
 * Plain values as bytes. All numbers are little-endian:
 *
 *   0   8 bytes   the magic, ASCII
 *   8   uint32    H, bytes of the head
 *   12  uint32    0
 *   16  H bytes   the head: the value as JSON in UTF-8
 *   ..            zeros up to the next multiple of 8: here the tail begins
 *   ..            the elements of all typed arrays, one after the other, each from a multiple of 8 on
 *
 * What JSON does not know is an object with the one key `$` in the head:
 *
 *   { "$": ["array", dtype, offset in the tail, number of elements] }   a typed array
 *   { "$": ["map", [[key, value], …]] }                                 a Map
 *   { "$": ["number", "NaN" | "Infinity" | "-Infinity" | "-0"] }
 *   { "$": ["object", [[key, value], …]] }                              an object that has a key `$` itself
 *
 * Arrays follow each other in the tail in the order of the head, and never share bytes: unpacking needs no more memory for them than the
 * message has. What is undefined in an object is left out.
 */
const headStart = 16;
const alignment = 8;
const tag = '$';

interface PlacedArray {
  readonly data: TypedArray;
  readonly offset: number;
}

/** @throws 'unsupported' for what is no plain data: a Blob, a function */
export function packValue(value: unknown, magic: string): Uint8Array<ArrayBuffer> {
  const arrays: PlacedArray[] = [];
  const head = new TextEncoder().encode(JSON.stringify(encode(value, arrays)));
  const tailStart = aligned(headStart + head.length);
  const last = arrays.at(-1);
  const bytes = new Uint8Array(tailStart + (last ? last.offset + last.data.byteLength : 0));
  bytes.set(new TextEncoder().encode(magic));
  new DataView(bytes.buffer).setUint32(8, head.length, true);
  bytes.set(head, headStart);
  for (const { data, offset } of arrays) bytes.set(littleEndian(data), tailStart + offset);
  return bytes;
}

/** The value again, its arrays copied out of the bytes. @throws 'broken-file' for bytes that are no whole message */
export function unpackValue(bytes: Uint8Array, magic: string): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isOurs = bytes.length >= headStart && new TextDecoder('latin1').decode(bytes.subarray(0, 8)) === magic;
  if (!isOurs) throw broken(`it does not begin with "${magic}"`);
  const headBytes = view.getUint32(8, true);
  if (headBytes > bytes.length - headStart) throw broken('it ends within its head');
  const tail = bytes.subarray(Math.min(bytes.length, aligned(headStart + headBytes)));
  return new Decoder(tail).decode(parseHead(bytes.subarray(headStart, headStart + headBytes)), 0);
}

function parseHead(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw broken('its head is not JSON', cause);
  }
}

function encode(value: unknown, arrays: PlacedArray[]): unknown {
  if (typeof value === 'number') return encodeNumber(value);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (ArrayBuffer.isView(value)) return encodeArray(value as TypedArray, arrays);
  if (Array.isArray(value)) return value.map((item) => encode(item, arrays));
  if (value instanceof Map) {
    return { [tag]: ['map', [...value].map(([key, item]) => [encode(key, arrays), encode(item, arrays)])] };
  }
  if (typeof value === 'object' && isPlain(value)) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    const encoded = entries.map(([key, item]) => [key, encode(item, arrays)] as const);
    return Object.hasOwn(value, tag) ? { [tag]: ['object', encoded] } : Object.fromEntries(encoded);
  }
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  throw new BrushwoodError('unsupported', `A ${kind} cannot be packed: only plain data and arrays of numbers can.`, {
    kind,
  });
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function encodeNumber(value: number): unknown {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  return { [tag]: ['number', Object.is(value, -0) ? '-0' : String(value)] };
}

function encodeArray(data: TypedArray, arrays: PlacedArray[]): unknown {
  const last = arrays.at(-1);
  const offset = last ? aligned(last.offset + last.data.byteLength) : 0;
  arrays.push({ data, offset });
  return { [tag]: ['array', dtypeOf(data), offset, data.length] };
}

/** Deeper than anything a project nests, and far from the end of the stack. */
const maxDepth = 64;

class Decoder {
  private readonly tail: Uint8Array;
  /** Where the last array ended. */
  private end = 0;

  constructor(tail: Uint8Array) {
    this.tail = tail;
  }

  decode(value: unknown, depth: number): unknown {
    if (depth > maxDepth) throw broken(`it is nested more than ${maxDepth} deep`);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.decode(item, depth + 1));
    if (Object.hasOwn(value, tag)) return this.decodeTagged((value as Record<string, unknown>)[tag], depth);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.decode(item, depth + 1)]));
  }

  private decodeTagged(value: unknown, depth: number): unknown {
    const [kind, ...rest] = Array.isArray(value) ? (value as unknown[]) : [];
    if (kind === 'array') return this.takeArray(rest);
    if (kind === 'number' && ['NaN', 'Infinity', '-Infinity', '-0'].includes(rest[0] as string)) return Number(rest[0]);
    if (kind === 'map') {
      return new Map(
        pairsOf(rest[0]).map(([key, item]) => [this.decode(key, depth + 1), this.decode(item, depth + 1)]),
      );
    }
    if (kind === 'object') {
      return Object.fromEntries(pairsOf(rest[0]).map(([key, item]) => [String(key), this.decode(item, depth + 1)]));
    }
    throw broken(`it holds ${JSON.stringify(value)?.slice(0, 60)}, which means nothing`);
  }

  private takeArray([dtype, offset, length]: readonly unknown[]): TypedArray {
    if (typeof dtype !== 'string' || !isDtype(dtype)) throw broken(`it holds an array of ${String(dtype)}`);
    if (!isCount(offset) || !isCount(length) || offset < this.end || offset % alignment !== 0) {
      throw broken(`it holds an array at ${String(offset)} of ${String(length)} elements`);
    }
    const byteLength = length * itemBytes(dtype);
    if (offset + byteLength > this.tail.length) throw broken(`it ends within an array of ${length} elements`);
    this.end = offset + byteLength;
    return arrayFromLittleEndian(dtype, this.tail.subarray(offset, this.end));
  }
}

function pairsOf(value: unknown): [unknown, unknown][] {
  const isList = Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2);
  if (!isList) throw broken('it holds a list of entries that is none');
  return value as [unknown, unknown][];
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function aligned(offset: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function littleEndian(data: TypedArray): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return isLittleEndian ? bytes : swapped(bytes.slice(), data.BYTES_PER_ELEMENT);
}

function arrayFromLittleEndian(dtype: Dtype, bytes: Uint8Array): TypedArray {
  const array = allocateArray(dtype, bytes.length / itemBytes(dtype));
  const target = new Uint8Array(array.buffer);
  target.set(bytes);
  if (!isLittleEndian) swapped(target, itemBytes(dtype));
  return array;
}

function swapped(bytes: Uint8Array, size: number): Uint8Array {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
  return bytes;
}

export function broken(reason: string, cause?: unknown): BrushwoodError {
  return new BrushwoodError('broken-file', `The packed project cannot be read: ${reason}.`, { reason }, { cause });
}
