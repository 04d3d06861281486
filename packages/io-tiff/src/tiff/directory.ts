import { BrushwoodError, throwIfAborted } from '@brushwood/core';
import type { ByteSource } from '../bytes.ts';
import { fieldBytes, fieldType } from './tags.ts';

/** One tag of a directory: where its values lie and how to read them. */
export interface TiffEntry {
  readonly type: number;
  readonly count: number;
  /** Position of the values in the file, also for those that lie inside the entry. */
  readonly offset: number;
  /** The value itself, where it is a single number inside the entry. */
  readonly single?: number;
}

export type TiffDirectory = ReadonlyMap<number, TiffEntry>;

/** Cuts the file into windows of a few KB, so that a directory and its short values are one request. */
class WindowReader {
  private start = 0;
  private bytes: Uint8Array = new Uint8Array(0);
  private readonly source: ByteSource;

  constructor(source: ByteSource) {
    this.source = source;
  }

  async view(offset: number, length: number): Promise<DataView> {
    if (offset < this.start || offset + length > this.start + this.bytes.length) {
      const wanted = Math.max(length, Math.min(this.source.requestBytes, this.source.size - offset));
      this.bytes = await this.source.read(offset, wanted);
      this.start = offset;
    }
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + offset - this.start, length);
  }
}

/**
 * The directories (IFDs) of a classic or BigTIFF file of either byte order, in the order of the chain. Every count and
 * offset is held against the file's size before anything is allocated.
 *
 * geotiff's own parser is not used: it takes the deferred arrays of big-endian files for little-endian (3.0.5), gives
 * zeros for a block without bytes and believes any count it finds.
 */
export class TiffStructure {
  readonly source: ByteSource;
  readonly isLittleEndian: boolean;
  readonly isBigTiff: boolean;
  readonly directories: TiffDirectory[] = [];
  private readonly reader: WindowReader;

  private constructor(source: ByteSource, isLittleEndian: boolean, isBigTiff: boolean) {
    this.source = source;
    this.isLittleEndian = isLittleEndian;
    this.isBigTiff = isBigTiff;
    this.reader = new WindowReader(source);
  }

  /** @throws 'broken-file', 'aborted' */
  static async read(source: ByteSource, signal?: AbortSignal): Promise<TiffStructure> {
    const head = await source.read(0, Math.min(16, source.size));
    const kind = tiffKind(head);
    if (!kind) {
      throw new BrushwoodError(
        'broken-file',
        `${source.name} is not a TIFF file: its first bytes are others. Check what it is, or export the image again.`,
        {
          file: source.name,
        },
      );
    }
    const structure = new TiffStructure(source, kind.isLittleEndian, kind.isBigTiff);
    await structure.readChain(signal);
    return structure;
  }

  /** The values of a tag as numbers (rationals as quotients); empty if the directory has no such tag. */
  async numbers(directory: TiffDirectory, tagNumber: number): Promise<readonly number[]> {
    const entry = directory.get(tagNumber);
    if (!entry) return [];
    if (entry.single !== undefined) return [entry.single];
    const size = fieldBytes[entry.type] ?? 1;
    const view = await this.reader.view(entry.offset, entry.count * size);
    const values = Array<number>(entry.count);
    for (let i = 0; i < entry.count; i++) values[i] = this.value(view, i * size, entry.type);
    return values;
  }

  /** The first value of a tag, or `otherwise`. */
  async number<T>(directory: TiffDirectory, tagNumber: number, otherwise: T): Promise<number | T> {
    const entry = directory.get(tagNumber);
    if (!entry || entry.count === 0) return otherwise;
    if (entry.single !== undefined) return entry.single;
    const view = await this.reader.view(entry.offset, fieldBytes[entry.type] ?? 1);
    return this.value(view, 0, entry.type);
  }

  /** 1 / the first value of a tag, exact for fractions; NaN if there is none. */
  async inverse(directory: TiffDirectory, tagNumber: number): Promise<number> {
    const entry = directory.get(tagNumber);
    if (!entry || entry.count === 0) return NaN;
    if (entry.type !== fieldType.rational) return 1 / (await this.number(directory, tagNumber, NaN));
    const view = await this.reader.view(entry.offset, 8);
    return view.getUint32(4, this.isLittleEndian) / view.getUint32(0, this.isLittleEndian);
  }

  /** The bytes of a tag; undefined if there is none. */
  async bytes(directory: TiffDirectory, tagNumber: number): Promise<Uint8Array | undefined> {
    const entry = directory.get(tagNumber);
    return entry && this.source.read(entry.offset, entry.count * (fieldBytes[entry.type] ?? 1));
  }

  /** The text of a tag up to its NUL; Latin-1 where it is not UTF-8. */
  async text(directory: TiffDirectory, tagNumber: number): Promise<string> {
    const bytes = (await this.bytes(directory, tagNumber)) ?? new Uint8Array(0);
    const end = bytes.indexOf(0);
    const content = end < 0 ? bytes : bytes.subarray(0, end);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(content);
    } catch {
      return new TextDecoder('latin1').decode(content); // ImageJ writes the platform's character set
    }
  }

  private async readChain(signal?: AbortSignal): Promise<void> {
    const visited = new Set<number>();
    const head = await this.reader.view(0, this.isBigTiff ? 16 : 8);
    let offset = this.isBigTiff ? this.word8(head, 8) : head.getUint32(4, this.isLittleEndian);
    while (offset !== 0) {
      throwIfAborted(signal);
      if (visited.has(offset)) throw this.broken(`its list of pages runs in a circle at byte ${offset}`);
      visited.add(offset);
      offset = await this.readDirectory(offset);
    }
    if (this.directories.length === 0) throw this.broken('it has no page');
  }

  /** Reads one directory and returns the offset of the next, 0 at the end. */
  private async readDirectory(offset: number): Promise<number> {
    const countBytes = this.isBigTiff ? 8 : 2;
    const entryBytes = this.isBigTiff ? 20 : 12;
    const head = await this.reader.view(offset, countBytes);
    const count = this.isBigTiff ? this.word8(head, 0) : head.getUint16(0, this.isLittleEndian);
    const view = await this.reader.view(offset, countBytes + count * entryBytes + (this.isBigTiff ? 8 : 4));
    const directory = new Map<number, TiffEntry>();
    for (let i = 0; i < count; i++) {
      const at = countBytes + i * entryBytes;
      const entry = this.parseEntry(view, at, offset + at);
      directory.set(view.getUint16(at, this.isLittleEndian), entry);
    }
    this.directories.push(directory);
    const next = countBytes + count * entryBytes;
    return this.isBigTiff ? this.word8(view, next) : view.getUint32(next, this.isLittleEndian);
  }

  private parseEntry(view: DataView, at: number, position: number): TiffEntry {
    const type = view.getUint16(at + 2, this.isLittleEndian);
    const count = this.isBigTiff ? this.word8(view, at + 4) : view.getUint32(at + 4, this.isLittleEndian);
    const inlineBytes = this.isBigTiff ? 8 : 4;
    const valueAt = at + 4 + inlineBytes;
    const length = count * (fieldBytes[type] ?? 1);
    if (length <= inlineBytes) {
      const single = count === 1 ? { single: this.value(view, valueAt, type) } : {};
      return { type, count, offset: position + 4 + inlineBytes, ...single };
    }
    const offset = this.isBigTiff ? this.word8(view, valueAt) : view.getUint32(valueAt, this.isLittleEndian);
    if (offset + length > this.source.size) {
      const tagNumber = view.getUint16(at, this.isLittleEndian);
      throw this.broken(
        `page ${this.directories.length + 1} names ${length} bytes at ${offset} for tag ${tagNumber}, but the file ends after ` +
          `${this.source.size} bytes`,
      );
    }
    return { type, count, offset };
  }

  private value(view: DataView, at: number, type: number): number {
    const little = this.isLittleEndian;
    switch (type) {
      case 3:
        return view.getUint16(at, little);
      case 4:
      case 13:
        return view.getUint32(at, little);
      case 5:
        return view.getUint32(at, little) / view.getUint32(at + 4, little);
      case 6:
        return view.getInt8(at);
      case 8:
        return view.getInt16(at, little);
      case 9:
        return view.getInt32(at, little);
      case 10:
        return view.getInt32(at, little) / view.getInt32(at + 4, little);
      case 11:
        return view.getFloat32(at, little);
      case 12:
        return view.getFloat64(at, little);
      case 16:
      case 18:
        return this.word8(view, at);
      case 17:
        return Number(view.getBigInt64(at, little));
      default:
        return view.getUint8(at);
    }
  }

  private word8(view: DataView, at: number): number {
    return Number(view.getBigUint64(at, this.isLittleEndian));
  }

  /** An error that names the file. */
  broken(what: string): BrushwoodError {
    return new BrushwoodError(
      'broken-file',
      `${this.source.name} is truncated or damaged: ${what}. Copy or export the file again.`,
      { file: this.source.name, size: this.source.size },
    );
  }
}

/** Byte order and variant from the first bytes; undefined if it is no TIFF. */
export function tiffKind(head: Uint8Array): { isLittleEndian: boolean; isBigTiff: boolean } | undefined {
  if (head.length < 8) return undefined;
  const order = String.fromCharCode(head[0]!, head[1]!);
  if (order !== 'II' && order !== 'MM') return undefined;
  const isLittleEndian = order === 'II';
  const magic = new DataView(head.buffer, head.byteOffset, 8).getUint16(2, isLittleEndian);
  if (magic !== 42 && magic !== 43) return undefined;
  return { isLittleEndian, isBigTiff: magic === 43 };
}
