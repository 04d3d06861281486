import { refuse, type PlainBytes } from './plain-bytes.ts';
import { innerK, leafK, type SymbolTable } from './superblock.ts';

export interface Member {
  /** Its object header. */
  readonly address: number;
  /** For a group whose symbol table is noted with its name. */
  readonly noted?: SymbolTable;
}

interface Bounds {
  readonly low: string;
  /** Undefined at the right end of the tree: any name. */
  readonly high: string | undefined;
}

const maxLevels = 8;
/** Nodes and tables take their full size, however few their entries. */
const nodeBytes = 24 + 8 * (4 * innerK + 1);
const symbolTableBytes = 8 + 40 * 2 * leafK;
const undefinedHeapOffset = 1;

/**
 * The members of a group in the order of their names, from its tree of symbol tables and its heap of names. Names
 * out of order are refused: the HDF5 library, which searches the tree, would not find them.
 * Source: HDF5 File Format Specification 3.0, III.A.1, III.B, III.D.
 */
export function readMembers(bytes: PlainBytes, table: SymbolTable): ReadonlyMap<string, Member> {
  const nameAt = openHeap(bytes, table.heap);
  const members = new Map<string, Member>();
  const readNode = (at: number, level: number | undefined, bounds: Bounds): void => {
    bytes.expectText(at, 'TREE');
    bytes.slice(at, nodeBytes);
    const own = bytes.u8(at + 5);
    const count = bytes.u16(at + 6);
    if (bytes.u8(at + 4) !== 0 || own !== (level ?? own) || own > maxLevels || count > 2 * innerK)
      refuse('an odd tree');
    if (count === 0 && !(level === undefined && own === 0)) refuse('an empty node');
    if (level === undefined && !(bytes.isUndefined(at + 8) && bytes.isUndefined(at + 16))) refuse('an odd root node');
    let low = nameAt(bytes.place(at + 24));
    if (low < bounds.low) refuse('names out of order');
    for (let i = 0; i < count; i++) {
      const child = bytes.place(at + 32 + 16 * i);
      const high = nameAt(bytes.place(at + 40 + 16 * i));
      if (high <= low || (bounds.high !== undefined && high > bounds.high)) refuse('names out of order');
      if (own > 0) readNode(child, own - 1, { low, high });
      else readSymbols(child, { low, high });
      low = high;
    }
  };
  const readSymbols = (at: number, { low, high }: Bounds): void => {
    bytes.expectText(at, 'SNOD');
    bytes.slice(at, symbolTableBytes);
    bytes.expect(at + 4, [1, 0], 'an odd symbol table');
    const count = bytes.u16(at + 6);
    if (count === 0 || count > 2 * leafK) refuse('an odd symbol table');
    let last = low;
    for (let entry = at + 8; entry < at + 8 + 40 * count; entry += 40) {
      const name = nameAt(bytes.place(entry));
      if (name <= last || name > high! || name.includes('/') || name === '.') refuse('names out of order');
      members.set(name, readEntry(bytes, entry));
      last = name;
    }
  };
  readNode(table.tree, undefined, { low: '', high: undefined });
  return members;
}

/** Cache type 0 notes nothing, 1 a group's symbol table; 2 is a link to a name, which is left to the library. */
function readEntry(bytes: PlainBytes, entry: number): Member {
  const address = bytes.place(entry + 8);
  const cacheType = bytes.u32(entry + 16);
  if (cacheType > 1 || bytes.u32(entry + 20) !== 0) refuse('a link');
  if (cacheType === 0) return { address };
  return { address, noted: { tree: bytes.place(entry + 24), heap: bytes.place(entry + 32) } };
}

/** Checks a heap of names with its list of free pieces. Returns how to look up a name. */
function openHeap(bytes: PlainBytes, at: number): (offset: number) => string {
  bytes.expectText(at, 'HEAP');
  bytes.expect(at + 4, [0, 0, 0, 0], 'an odd heap');
  const size = bytes.place(at + 8);
  const data = bytes.place(at + 24);
  if (data + size > bytes.length) refuse('a heap outside the file');
  let steps = 0;
  for (let free = bytes.place(at + 16); free !== undefinedHeapOffset; free = bytes.place(data + free)) {
    if (free + 16 > size || free + bytes.place(data + free + 8) > size || steps++ > size / 16) refuse('an odd heap');
  }
  return (offset) => (offset < size ? bytes.name(data + offset, data + size) : refuse('a name outside its heap'));
}
