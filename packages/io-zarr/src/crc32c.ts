import { BrushwoodError } from '@brushwood/core';

/** CRC-32C, polynomial 0x1EDC6F41 reflected. Source: Castagnoli et al., IEEE Trans. Communications 41 (1993); RFC 3720 B.4. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

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
