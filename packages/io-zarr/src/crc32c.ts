import { BrushwoodError } from '@brushwood/core';

/**
 * CRC-32C, polynomial 0x1EDC6F41 reflected. Source: Castagnoli et al., IEEE Trans. Communications 41 (1993); RFC 3720 B.4. Eight bytes
 * at a time: Kounavis & Berry, "A Systematic Approach to Building High Performance, Software-based, CRC Generators", ISCC 2005.
 */
export function crc32c(bytes: Uint8Array): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables;
  let crc = 0xffffffff;
  let i = 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc =
      t7[crc & 255]! ^
      t6[(crc >>> 8) & 255]! ^
      t5[(crc >>> 16) & 255]! ^
      t4[crc >>> 24]! ^
      t3[bytes[i + 4]!]! ^
      t2[bytes[i + 5]!]! ^
      t1[bytes[i + 6]!]! ^
      t0[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) crc = t0[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

type Table = Int32Array;

/** What a byte does to the sum, alone and with one to seven zero bytes after it. */
const tables = makeTables();

function makeTables(): readonly [Table, Table, Table, Table, Table, Table, Table, Table] {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    return crc;
  });
  const next = (table: Table) => table.map((crc) => first[crc & 255]! ^ (crc >>> 8));
  const [t1, t2] = [next(first), next(next(first))];
  const [t3, t4] = [next(t2), next(next(t2))];
  const [t5, t6] = [next(t4), next(next(t4))];
  return [first, t1, t2, t3, t4, t5, t6, next(t6)];
}

/** The Zarr v3 codec of this name, which zarrita has without the check: four bytes after the data, little-endian. */
export class Crc32cCodec {
  readonly kind = 'bytes_to_bytes';

  static fromConfig(): Crc32cCodec {
    return new Crc32cCodec();
  }

  encode(bytes: Uint8Array): Uint8Array {
    const out = new Uint8Array(bytes.length + 4);
    out.set(bytes);
    new DataView(out.buffer).setUint32(bytes.length, crc32c(bytes), true);
    return out;
  }

  /** @throws {BrushwoodError} 'broken-file' if the sum does not fit the data */
  decode(bytes: Uint8Array): Uint8Array {
    const data = bytes.subarray(0, -4);
    const expected = new DataView(bytes.buffer, bytes.byteOffset + data.length, 4).getUint32(0, true);
    const found = crc32c(data);
    if (found !== expected) {
      throw new BrushwoodError('broken-file', `Its checksum should be ${expected}, but is ${found}.`, {
        expected,
        found,
      });
    }
    return data;
  }

  computeEncodedSize(decodedSize: number): number {
    return decodedSize + 4;
  }
}
