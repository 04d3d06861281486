import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Metadata of a file, of the form a test expects it in. */
export function readJson<T = unknown>(...path: string[]): T {
  return JSON.parse(readFileSync(join(...path), 'utf8')) as T;
}

interface Codec {
  readonly name: string;
  readonly configuration?: unknown;
}

interface ShardedArray {
  readonly zarr_format: number;
  readonly node_type: string;
  readonly data_type: string;
  readonly chunk_grid: { readonly configuration: { readonly chunk_shape: readonly number[] } };
  readonly chunk_key_encoding: unknown;
  readonly codecs: readonly {
    readonly name: string;
    readonly configuration: {
      readonly chunk_shape: readonly number[];
      readonly codecs: readonly Codec[];
      readonly index_codecs: readonly Codec[];
      readonly index_location: string;
    };
  }[];
}

/** A value of an array at a position in the file's own axes. */
export type ValueAt = (position: readonly number[]) => number | bigint;

const readers: Readonly<Record<string, (view: DataView, at: number) => number | bigint>> = {
  uint8: (view, at) => view.getUint8(at),
  int16: (view, at) => view.getInt16(at, true),
  uint16: (view, at) => view.getUint16(at, true),
  uint64: (view, at) => view.getBigUint64(at, true),
  float32: (view, at) => view.getFloat32(at, true),
};

/**
 * A sharded Zarr v3 array, read by nothing but the text of the specification (Zarr core 3.0, codecs `sharding_indexed`, `bytes`,
 * `gzip`, `crc32c`), to check what our own writer and reader might have wrong in the same way.
 */
export function readBySpecification(path: string): ValueAt {
  const meta = readJson<ShardedArray>(path, 'zarr.json');
  expectEqual([meta.zarr_format, meta.node_type, meta.codecs.length], [3, 'array', 1]);
  expectEqual(meta.chunk_key_encoding, { name: 'default', configuration: { separator: '/' } });
  const { name, configuration: sharding } = meta.codecs[0]!;
  expectEqual([name, sharding.index_location], ['sharding_indexed', 'end']);
  expectEqual(
    sharding.index_codecs.map((codec) => codec.name),
    ['bytes', 'crc32c'],
  );
  const shard = meta.chunk_grid.configuration.chunk_shape;
  const inner = sharding.chunk_shape;
  const read = readers[meta.data_type]!;
  const itemBytes = Number(/\d+$/.exec(meta.data_type)![0]) / 8;
  return (position) => {
    const key = position.map((at, i) => Math.floor(at / shard[i]!)).join('/');
    const bytes = readFileSync(join(path, 'c', key));
    const counts = shard.map((size, i) => size / inner[i]!);
    const within = position.map((at, i) => at % shard[i]!);
    const chunk = linear(
      within.map((at, i) => Math.floor(at / inner[i]!)),
      counts,
    );
    const [offset, length] = indexEntry(bytes, { chunk, count: product(counts) });
    const decoded = decode(bytes.subarray(offset, offset + length), sharding.codecs);
    expectEqual(decoded.length, product(inner) * itemBytes);
    const at =
      linear(
        within.map((value, i) => value % inner[i]!),
        inner,
      ) * itemBytes;
    return read(new DataView(decoded.buffer, decoded.byteOffset), at);
  };
}

/** Which chunks of a shard are stored, in C order. */
export function storedChunks(shardFile: string, count: number): boolean[] {
  const bytes = readFileSync(shardFile);
  return Array.from({ length: count }, (_, chunk) => indexEntry(bytes, { chunk, count })[1] < 2 ** 53);
}

function indexEntry(bytes: Buffer, { chunk, count }: { chunk: number; count: number }): [number, number] {
  const index = bytes.subarray(bytes.length - 16 * count - 4, bytes.length - 4);
  expectEqual(bytes.readUInt32LE(bytes.length - 4), checksum(index));
  return [Number(index.readBigUInt64LE(16 * chunk)), Number(index.readBigUInt64LE(16 * chunk + 8))];
}

function decode(bytes: Buffer, codecs: readonly Codec[]): Uint8Array {
  const [first, ...others] = codecs;
  expectEqual(first, { name: 'bytes', configuration: { endian: 'little' } });
  return others.toReversed().reduce((encoded, codec) => decoders[codec.name]!(encoded), bytes);
}

const decoders: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: (bytes) => gunzipSync(bytes),
  crc32c(bytes) {
    const data = bytes.subarray(0, -4);
    expectEqual(bytes.readUInt32LE(data.length), checksum(data));
    return data;
  },
};

/** CRC-32C bit by bit, after RFC 3720. */
function checksum(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0);
  }
  return ~remainder >>> 0;
}

function linear(position: readonly number[], shape: readonly number[]): number {
  return position.reduce((sum, at, i) => sum * shape[i]! + at, 0);
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((result, size) => result * size, 1);
}

function expectEqual(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) === JSON.stringify(expected)) return;
  throw new Error(`The specification asks for ${JSON.stringify(expected)}, found ${JSON.stringify(found)}.`);
}
