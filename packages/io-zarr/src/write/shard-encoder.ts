import { crc32c } from '../crc32c.ts';

/** What the index says of a chunk that is not there, for its offset and its length. */
const absent = 2n ** 64n - 1n;

/**
 * A shard of the Zarr v3 codec `sharding_indexed` with its index at the end: the chunks one after another, then for each
 * chunk of the shard in C order its offset and its length, both uint64 little-endian, then the CRC-32C of those numbers.
 * @param chunks encoded, in C order; undefined for chunks that lie wholly beyond the end of the array
 * @returns parts to write one after another
 */
export function encodeShard(chunks: readonly (Uint8Array | undefined)[]): Uint8Array[] {
  const index = new DataView(new ArrayBuffer(16 * chunks.length + 4));
  let offset = 0;
  chunks.forEach((chunk, i) => {
    index.setBigUint64(16 * i, chunk ? BigInt(offset) : absent, true);
    index.setBigUint64(16 * i + 8, chunk ? BigInt(chunk.length) : absent, true);
    offset += chunk?.length ?? 0;
  });
  const numbers = new Uint8Array(index.buffer, 0, 16 * chunks.length);
  index.setUint32(numbers.length, crc32c(numbers), true);
  return [...chunks.filter((chunk) => chunk !== undefined), new Uint8Array(index.buffer)];
}

/**
 * The chunks of a shard that `encodeShard` made.
 * @param count of chunks
 * @returns undefined if the bytes are not a whole one, or lack a chunk
 */
export function decodeShard(bytes: Uint8Array, count: number): Uint8Array[] | undefined {
  const indexStart = bytes.length - 16 * count - 4;
  if (indexStart < 0) return undefined;
  const index = new DataView(bytes.buffer, bytes.byteOffset + indexStart);
  if (index.getUint32(16 * count, true) !== crc32c(bytes.subarray(indexStart, -4))) return undefined;
  const chunks = Array.from({ length: count }, (_, i) => {
    const offset = index.getBigUint64(16 * i, true);
    return offset === absent
      ? undefined
      : bytes.subarray(Number(offset), Number(offset + index.getBigUint64(16 * i + 8, true)));
  });
  return chunks.every((chunk) => chunk !== undefined) ? chunks : undefined;
}
