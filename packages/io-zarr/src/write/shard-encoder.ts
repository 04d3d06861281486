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
