import { arrayFromBytes, elementCount, type ImageLocation, type TypedArray } from '@brushwood/core';
import type { AttributeValue, DatasetInfo, NodeKind } from '../hdf5-file.ts';
import type { ReadableHdf5 } from '../readable-hdf5.ts';
import { decodePlainText, GlobalHeap } from './global-heap.ts';
import { readMembers, type Member } from './group-members.ts';
import { messageType } from './object-header.ts';
import { PlainBytes, refuse } from './plain-bytes.ts';
import { readAttribute, readObject, type Dataset, type Group } from './plain-objects.ts';
import type { PlainType } from './plain-types.ts';
import { readFileLength, readSuperblock, superblockBytes, type SymbolTable } from './superblock.ts';

/**
 * Reads small, plain HDF5 files from memory without the HDF5 library, which takes longer to load than such a file to
 * read: version 0 of the format, groups with symbol tables, values in one piece. It knows no repair and no message for the
 * user: of all that is unusual it says `NotPlain` (or whatever else it stumbles over), and the library has to read the file.
 */
export class QuickHdf5File implements ReadableHdf5 {
  readonly location: ImageLocation;
  private readonly bytes: PlainBytes;
  private readonly heap: GlobalHeap;
  private readonly root: Group;
  private readonly objects = new Map<number, Group | Dataset>();
  private readonly members = new Map<Group, ReadonlyMap<string, Member>>();

  /** @param all the whole file */
  constructor(location: ImageLocation, all: Uint8Array) {
    this.location = location;
    this.bytes = new PlainBytes(all);
    this.heap = new GlobalHeap(this.bytes);
    const { address, table } = readSuperblock(this.bytes);
    this.root = asGroup(this.object({ address, noted: table }));
  }

  /**
   * @param read     gives bytes at a place, fewer at the end of the file
   * @param maxBytes of the file; larger ones are for the library, which reads them piece by piece
   */
  static async open(
    location: ImageLocation,
    read: (start: number, length: number) => Promise<Uint8Array>,
    maxBytes: number,
  ): Promise<QuickHdf5File> {
    const length = readFileLength(new PlainBytes(await read(0, superblockBytes)));
    if (length > maxBytes) refuse('a large file');
    return new QuickHdf5File(location, await read(0, length + 1));
  }

  kind(path: string): NodeKind | undefined {
    return this.find(path)?.kind;
  }

  has(path: string): boolean {
    return this.find(path) !== undefined;
  }

  children(path: string): string[] {
    const node = this.find(path);
    return node?.kind === 'group' ? [...this.membersOf(node).keys()] : [];
  }

  dataset(path: string): DatasetInfo {
    const { type, shape, chunks } = this.datasetAt(path);
    return {
      path,
      shape,
      dtype: type.dtype,
      isText: type.kind === 'fixed-text' || type.kind === 'variable-text',
      typeName: type.dtype ?? (type.kind === 'opaque' ? 'opaque bytes' : 'text'),
      chunks,
      itemBytes: type.kind === 'variable-text' ? 4 : type.bytes, // a pointer of the library, for text
    };
  }

  readNumbers(path: string): TypedArray {
    const { type, shape, at } = this.datasetAt(path);
    if (type.dtype === undefined || at === undefined) return refuse('no plain numbers');
    const values = arrayFromBytes(type.dtype, this.bytes.slice(at, elementCount(shape) * type.bytes).slice());
    // Single numbers come from the library as JavaScript's numbers.
    return shape.length === 0 && type.bytes < 8 ? Float64Array.of(Number(values[0])) : values;
  }

  readTexts(path: string): string[] {
    const { type, shape, at } = this.datasetAt(path);
    return at === undefined ? refuse('no plain text') : this.textsAt(type, at, elementCount(shape));
  }

  attributeNames(path: string): string[] {
    return this.attributesOf(path)
      .map(({ name }) => name)
      .sort();
  }

  attribute(path: string, name: string): AttributeValue | undefined {
    const found = this.attributesOf(path).find((attribute) => attribute.name === name);
    if (!found) return undefined;
    const { type, shape, at } = found;
    if (type.kind === 'opaque' || shape.length > 1) return refuse('an odd attribute');
    const count = elementCount(shape);
    const values: readonly (string | number)[] =
      type.dtype === undefined
        ? this.textsAt(type, at, count)
        : Array.from(arrayFromBytes(type.dtype, this.bytes.slice(at, count * type.bytes)) as Iterable<number>, Number);
    return (shape.length === 0 ? values[0] : values) as AttributeValue;
  }

  dimensionLabels(path: string): string[] {
    const labels = this.attribute(path, 'DIMENSION_LABELS');
    const { shape } = this.datasetAt(path);
    if (labels === undefined) return shape.map(() => '');
    return Array.isArray(labels) && labels.length === shape.length ? labels.map(String) : refuse('odd labels');
  }

  async close(): Promise<void> {
    // Nothing is open.
  }

  private find(path: string): Group | Dataset | undefined {
    let node: Group | Dataset = this.root;
    for (const name of path.split('/').filter(Boolean)) {
      const member: Member | undefined = this.membersOf(asGroup(node)).get(name);
      if (!member) return undefined;
      node = this.object(member);
    }
    return node;
  }

  private datasetAt(path: string): Dataset {
    const node = this.find(path);
    return node?.kind === 'dataset' ? node : refuse(`no dataset at ${path}`);
  }

  private membersOf(group: Group): ReadonlyMap<string, Member> {
    let members = this.members.get(group);
    if (!members) this.members.set(group, (members = readMembers(this.bytes, group.table)));
    return members;
  }

  private object({ address, noted }: Member): Group | Dataset {
    let object = this.objects.get(address);
    if (!object) this.objects.set(address, (object = readObject(this.bytes, address)));
    if (noted && !(object.kind === 'group' && isSame(object.table, noted))) refuse('an odd note of a group');
    return object;
  }

  /** Attributes are few: read anew whenever one is asked for. */
  private attributesOf(path: string) {
    const { messages } = this.find(path) ?? refuse(`nothing at ${path}`);
    const attributes = messages.flatMap((message) =>
      message.type === messageType.attribute ? [readAttribute(this.bytes, message)] : [],
    );
    if (new Set(attributes.map(({ name }) => name)).size !== attributes.length) refuse('two attributes of one name');
    return attributes;
  }

  private textsAt(type: PlainType, at: number, count: number): string[] {
    if (type.kind !== 'variable-text' && type.kind !== 'fixed-text') refuse('no text');
    return Array.from({ length: count }, (_, i) => {
      const place = at + i * type.bytes;
      const bytes = type.kind === 'variable-text' ? this.heap.bytesOf(place) : this.bytes.slice(place, type.bytes);
      return decodePlainText(bytes, type.isUtf8 === true);
    });
  }
}

function asGroup(node: Group | Dataset): Group {
  return node.kind === 'group' ? node : refuse('a dataset where a group should be');
}

function isSame(a: SymbolTable, b: SymbolTable): boolean {
  return a.tree === b.tree && a.heap === b.heap;
}
