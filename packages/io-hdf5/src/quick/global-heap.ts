import { decodeText } from '../strings.ts';
import { refuse, type PlainBytes } from './plain-bytes.ts';

/** Where the objects of a collection lie, by their number. */
type Collection = ReadonlyMap<number, { readonly at: number; readonly size: number }>;

const smallestCollection = 4096;

/** The heaps that hold text of variable length. */
export class GlobalHeap {
  private readonly bytes: PlainBytes;
  private readonly collections = new Map<number, Collection>();

  constructor(bytes: PlainBytes) {
    this.bytes = bytes;
  }

  /** The bytes that a reference (length u32, collection, number u32) at a place points to. */
  bytesOf(at: number): Uint8Array {
    const address = this.bytes.place(at + 4);
    let collection = this.collections.get(address);
    if (!collection) this.collections.set(address, (collection = readCollection(this.bytes, address)));
    const object = collection.get(this.bytes.u32(at + 8 + 4));
    if (object?.size !== this.bytes.u32(at)) refuse('text that is not where it should be');
    return this.bytes.slice(object!.at, object!.size);
  }
}

/**
 * A collection: "GCOL", 1, 0 0 0, size of all (u64); objects: number (u16), references (u16), 0 (u32), size (u64), data
 * padded to 8; last the free space, number 0, whose size includes its head.
 * Source: HDF5 File Format Specification 3.0, III.E.
 */
function readCollection(bytes: PlainBytes, address: number): Collection {
  bytes.expectText(address, 'GCOL');
  bytes.expect(address + 4, [1, 0, 0, 0], 'an odd heap');
  const size = bytes.place(address + 8);
  const end = address + size;
  if (size < smallestCollection || end > bytes.length) refuse('an odd heap');
  const objects = new Map<number, { at: number; size: number }>();
  let at = address + 16;
  while (at + 16 <= end) {
    const number = bytes.u16(at);
    const length = bytes.place(at + 8);
    if (number === 0) {
      if (at + length !== end) refuse('an odd heap');
      return objects;
    }
    if (objects.has(number)) refuse('two objects of one number');
    objects.set(number, { at: at + 16, size: length });
    at += 16 + Math.ceil(length / 8) * 8;
  }
  return at <= end ? objects : refuse('an odd heap');
}

/** Text up to its first zero. What is no UTF-8 is left to the library. */
export function decodePlainText(bytes: Uint8Array, isUtf8: boolean): string {
  const zero = bytes.indexOf(0);
  const used = zero < 0 ? bytes : bytes.subarray(0, zero);
  if (used[0] === 0xef && used[1] === 0xbb) refuse('text with a byte order mark');
  const text = new TextDecoder('utf-8', { fatal: true }).decode(used);
  // As with the library, whose text passes through the same function.
  return isUtf8 ? decodeText(text) : text;
}
