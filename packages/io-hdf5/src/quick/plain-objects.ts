import { elementCount } from '@brushwood/core';
import { messageType, onlyMessage, readObjectHeader, type Message } from './object-header.ts';
import { refuse, type PlainBytes } from './plain-bytes.ts';
import { readShape, readType, type PlainType } from './plain-types.ts';
import type { SymbolTable } from './superblock.ts';

export interface Group {
  readonly kind: 'group';
  readonly messages: readonly Message[];
  readonly table: SymbolTable;
}
export interface Dataset {
  readonly kind: 'dataset';
  readonly messages: readonly Message[];
  readonly type: PlainType;
  readonly shape: readonly number[];
  readonly chunks: readonly number[] | undefined;
  /** Place of the values, undefined if they are chunked: those the quick reader does not read. */
  readonly at: number | undefined;
}

/** What lies at an object header. */
export function readObject(bytes: PlainBytes, address: number): Group | Dataset {
  const messages = readObjectHeader(bytes, address);
  const only = (type: number) => onlyMessage(messages, type);
  const table = only(messageType.symbolTable);
  const [space, datatype, fill, layout] = [
    only(messageType.dataspace),
    only(messageType.datatype),
    only(messageType.fillValue),
    only(messageType.layout),
  ];
  if (table) {
    if (space || datatype || fill || layout || table.size !== 16) refuse('an odd group');
    return { kind: 'group', messages, table: { tree: bytes.place(table.at), heap: bytes.place(table.at + 8) } };
  }
  if (!space || !datatype || !fill || !layout) return refuse('an odd object');
  checkFillValue(bytes, fill);
  const shape = readShape(bytes, space.at, space.at + space.size);
  const type = readType(bytes, datatype.at, datatype.at + datatype.size);
  return { kind: 'dataset', messages, type, shape, ...readLayout(bytes, layout, { type, shape }) };
}

/** Version 2, times of allocation and writing, and no value. */
function checkFillValue(bytes: PlainBytes, { at, size }: Message): void {
  const [allocated, written] = [bytes.u8(at + 1), bytes.u8(at + 2)];
  if (size < 8 || bytes.u8(at) !== 2 || allocated < 1 || allocated > 3 || written > 2) refuse('an odd fill value');
  bytes.expect(at + 3, [1, 0, 0, 0, 0], 'an odd fill value');
}

/**
 * Version 3: class 1 in one piece (address, size), or 2 in chunks (rank + 1, address, sizes u32, bytes of an element).
 * Source: HDF5 File Format Specification 3.0, IV.A.2.i.
 */
function readLayout(bytes: PlainBytes, { at, size }: Message, { type, shape }: Pick<Dataset, 'type' | 'shape'>) {
  if (bytes.hasAt(at, [3, 1]) && size >= 18) {
    const place = bytes.place(at + 2);
    const length = bytes.place(at + 10);
    if (length !== elementCount(shape) * type.bytes || place + length > bytes.length) refuse('values of an odd size');
    return { chunks: undefined, at: place };
  }
  const rank = shape.length;
  if (!bytes.hasAt(at, [3, 2, rank + 1]) || rank === 0 || size < 15 + 4 * rank) return refuse('an odd layout');
  bytes.place(at + 3);
  const chunks = shape.map((_, i) => bytes.u32(at + 11 + 4 * i));
  const isSound = chunks.every((length) => length > 0) && elementCount(chunks) * type.bytes < 2 ** 32;
  if (!isSound || bytes.u32(at + 11 + 4 * rank) !== type.bytes) refuse('an odd layout');
  return { chunks, at: undefined };
}

/**
 * Version 1: 1, 0, sizes (u16) of name, type and shape, each of which follows padded to 8; the values.
 * Source: HDF5 File Format Specification 3.0, IV.A.2.m.
 */
export function readAttribute(bytes: PlainBytes, { at, size }: Message) {
  bytes.expect(at, [1, 0], 'an attribute of another version');
  const [nameBytes, typeBytes, shapeBytes] = [bytes.u16(at + 2), bytes.u16(at + 4), bytes.u16(at + 6)];
  const padded = (length: number) => Math.ceil(length / 8) * 8;
  const typeAt = at + 8 + padded(nameBytes);
  const shapeAt = typeAt + padded(typeBytes);
  const valuesAt = shapeAt + padded(shapeBytes);
  const name = bytes.name(at + 8, at + 8 + nameBytes);
  const type = readType(bytes, typeAt, typeAt + typeBytes);
  const shape = readShape(bytes, shapeAt, shapeAt + shapeBytes);
  const end = valuesAt + elementCount(shape) * type.bytes;
  if (name.length + 1 !== nameBytes || end > at + size) refuse('an odd attribute');
  return { name, type, shape, at: valuesAt };
}
