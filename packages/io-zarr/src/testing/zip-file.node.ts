import { deflateRawSync } from 'node:zlib';
import type { Objects } from './zarr-fixtures.node.ts';

export interface ZipOptions {
  /** Entries to compress; the others are stored. */
  readonly deflates?: (name: string) => boolean;
  /** What the directory says that an entry inflates to, if that is to be a lie. */
  readonly claimedSize?: number;
}

/**
 * A zip file after PKWARE's APPNOTE 6.3: for each entry a local header (30 bytes, the name, the bytes), then the directory of
 * the same facts (46 bytes each, the name), then its end (22 bytes). Checksums are left 0.
 */
export function zipOf(objects: Objects, { deflates = () => false, claimedSize }: ZipOptions = {}): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(objects)) {
    const bytes = content instanceof Uint8Array ? Buffer.from(content) : Buffer.from(JSON.stringify(content));
    const isDeflated = deflates(name);
    const packed = isDeflated ? deflateRawSync(bytes) : bytes;
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0); // version needed
    facts.writeUInt16LE(isDeflated ? 8 : 0, 4);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(claimedSize ?? bytes.length, 18);
    facts.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), facts, Buffer.from(name), packed]);
    const more = Buffer.alloc(14);
    more.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), facts, more, Buffer.from(name)]));
    files.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, ...directory, end]);
}
