import { refuse, type PlainBytes } from './plain-bytes.ts';

/** Bytes at the start of the file that `readFileLength` and `readSuperblock` look at. */
export const superblockBytes = 96;

/** The root group: its object header and its names. */
export interface RootGroup {
  readonly address: number;
  readonly table: SymbolTable;
}

/** Where the names of a group lie. */
export interface SymbolTable {
  readonly tree: number;
  readonly heap: number;
}

/** Half the number of names a symbol table can hold, and of children a node of a group's tree can have. */
export const leafK = 4;
export const innerK = 16;

/** Signature, versions 0, sizes of addresses and lengths 8. */
const start = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 0, 8, 8, 0];

/** Length the file should have, by its first bytes. */
export function readFileLength(bytes: PlainBytes): number {
  bytes.expect(0, start, 'not version 0 of the format');
  return bytes.u32(40) + bytes.u32(44) * 2 ** 32;
}

/**
 * The superblock, version 0, at offset 0:
 *   0 signature, versions, sizes   16 leaf k, inner k (u16)   20 flags (u32)   24 base address 0
 *   32 free space: none   40 end of file   48 driver information: none   56 symbol table entry of the root group:
 *   56 name offset 0   64 object header   72 cache type 1 (u32), 0 (u32)   80 tree   88 heap
 * Source: HDF5 File Format Specification 3.0, II.A.
 */
export function readSuperblock(bytes: PlainBytes): RootGroup {
  if (readFileLength(bytes) !== bytes.length) refuse('another length of the file than it says');
  // Other sizes of nodes are allowed, but nobody uses them: they are damage.
  if (bytes.u16(16) !== leafK || bytes.u16(18) !== innerK || bytes.u32(20) > 1) refuse('odd settings of groups');
  if (bytes.place(24) !== 0 || !bytes.isUndefined(32) || !bytes.isUndefined(48)) refuse('an odd superblock');
  if (bytes.place(56) !== 0 || bytes.u32(72) !== 1 || bytes.u32(76) !== 0) refuse('an odd root group');
  return { address: bytes.place(64), table: { tree: bytes.place(80), heap: bytes.place(88) } };
}
