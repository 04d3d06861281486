import { throwIfAborted } from '@brushwood/core';
import type { FolderFile } from './list-files.ts';

const none32 = 0xffffffff;
const none16 = 0xffff;
/** File names are UTF-8. */
const utf8Flag = 1 << 11;

interface Entry {
  readonly name: Uint8Array<ArrayBuffer>;
  readonly size: number;
  readonly crc: number;
  readonly offset: number;
}

/**
 * A zip of files as they are (stored, not compressed: what is large is compressed already), with the 64-bit fields that large archives need.
 * The blob refers to the files: only one piece of one is in memory at a time.
 */
export async function zipFiles(files: readonly FolderFile[], signal: AbortSignal): Promise<Blob> {
  const parts: BlobPart[] = [];
  const entries: Entry[] = [];
  let offset = 0;
  for (const { path, file } of files) {
    throwIfAborted(signal);
    const entry = { name: new TextEncoder().encode(path), size: file.size, crc: await crc32(file), offset };
    const header = localHeader(entry);
    parts.push(header, file);
    entries.push(entry);
    offset += header.length + file.size;
  }
  const directory = entries.map(directoryEntry);
  const bytes = directory.reduce((sum, { length }) => sum + length, 0);
  return new Blob([...parts, ...directory, endOf({ count: entries.length, bytes, offset })], {
    type: 'application/zip',
  });
}

function localHeader({ name, size, crc }: Entry): Uint8Array<ArrayBuffer> {
  const isLarge = size >= none32;
  const fields = new Fields(30 + name.length + (isLarge ? 20 : 0));
  fields.u32(0x04034b50).u16(isLarge ? 45 : 20);
  fields.u16(utf8Flag).u16(0).u16(0).u16(zipEpoch).u32(crc);
  fields.u32(isLarge ? none32 : size).u32(isLarge ? none32 : size);
  fields
    .u16(name.length)
    .u16(isLarge ? 20 : 0)
    .raw(name);
  if (isLarge) fields.u16(1).u16(16).u64(size).u64(size);
  return fields.bytes;
}

function directoryEntry({ name, size, crc, offset }: Entry): Uint8Array<ArrayBuffer> {
  const isLarge = size >= none32 || offset >= none32;
  const fields = new Fields(46 + name.length + (isLarge ? 28 : 0));
  fields
    .u32(0x02014b50)
    .u16(45)
    .u16(isLarge ? 45 : 20);
  fields.u16(utf8Flag).u16(0).u16(0).u16(zipEpoch).u32(crc);
  fields.u32(isLarge ? none32 : size).u32(isLarge ? none32 : size);
  fields
    .u16(name.length)
    .u16(isLarge ? 28 : 0)
    .u16(0)
    .u16(0)
    .u16(0)
    .u32(0);
  fields.u32(isLarge ? none32 : offset).raw(name);
  if (isLarge) fields.u16(1).u16(24).u64(size).u64(size).u64(offset);
  return fields.bytes;
}

/** The end of the directory, in 64 bits too where they are needed. */
function endOf({ count, bytes, offset }: { count: number; bytes: number; offset: number }): Uint8Array<ArrayBuffer> {
  const isLarge = count >= none16 || offset >= none32 || bytes >= none32;
  const fields = new Fields(22 + (isLarge ? 76 : 0));
  if (isLarge) {
    fields.u32(0x06064b50).u64(44).u16(45).u16(45).u32(0).u32(0).u64(count).u64(count).u64(bytes).u64(offset);
    fields
      .u32(0x07064b50)
      .u32(0)
      .u64(offset + bytes)
      .u32(1);
  }
  const short = isLarge ? none16 : count;
  fields.u32(0x06054b50).u16(0).u16(0).u16(short).u16(short);
  fields
    .u32(isLarge ? none32 : bytes)
    .u32(isLarge ? none32 : offset)
    .u16(0);
  return fields.bytes;
}

/** The 1st of January 1980, where the dates of zips begin. */
const zipEpoch = (1 << 5) | 1;

/** Writes little-endian numbers one after another. */
class Fields {
  readonly bytes: Uint8Array<ArrayBuffer>;
  private readonly view: DataView;
  private at = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.view = new DataView(this.bytes.buffer);
  }

  u16(value: number): this {
    this.view.setUint16(this.at, value, true);
    this.at += 2;
    return this;
  }

  u32(value: number): this {
    this.view.setUint32(this.at, value, true);
    this.at += 4;
    return this;
  }

  u64(value: number): this {
    this.view.setBigUint64(this.at, BigInt(value), true);
    this.at += 8;
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
    return this;
  }
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** CRC-32 (ISO 3309), as zips want it. */
async function crc32(file: Blob): Promise<number> {
  let crc = 0xffffffff;
  for await (const chunk of file.stream() as unknown as AsyncIterable<Uint8Array>) {
    for (const byte of chunk) crc = crcTable[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
