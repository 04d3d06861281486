import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32c } from '../crc32c.ts';
import type { ZarrStore } from '../store.ts';

/** The objects of a hierarchy by their path: JSON or bytes. */
export type Objects = Readonly<Record<string, object | Uint8Array>>;

export async function writeObjects(root: string, objects: Objects): Promise<void> {
  for (const [name, content] of Object.entries(objects)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), bytesOf(content));
  }
}

/** The same in memory. */
export function memoryStore(objects: Objects): ZarrStore {
  const get = (key: string) => (objects[key.slice(1)] ? bytesOf(objects[key.slice(1)]!) : undefined);
  return {
    get: async (key) => get(key),
    getRange: async (key, range) =>
      'suffixLength' in range
        ? get(key)?.slice(-range.suffixLength)
        : get(key)?.slice(range.offset, range.offset + range.length),
  };
}

function bytesOf(content: object): Uint8Array {
  return content instanceof Uint8Array ? content : new TextEncoder().encode(JSON.stringify(content));
}

export const v2Array = {
  zarr_format: 2,
  shape: [2, 3],
  chunks: [2, 2],
  dtype: '|u1',
  compressor: null,
  fill_value: 7,
  order: 'C',
  filters: null,
};

export const v3Array = {
  zarr_format: 3,
  node_type: 'array',
  shape: [2, 3],
  data_type: 'uint8',
  chunk_grid: { name: 'regular', configuration: { chunk_shape: [2, 2] } },
  chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
  codecs: [{ name: 'bytes' }] as object[],
  fill_value: 7,
  attributes: {} as object,
};

export interface ShardedImage {
  readonly shape: readonly number[];
  readonly shard: readonly number[];
  readonly inner: readonly number[];
  /** The uint16 value at a position, also beyond the end; a chunk whose first value is undefined is left out. */
  valueAt(position: readonly number[]): number | undefined;
}

/**
 * A sharded Zarr v3 array, put together after the specification: inner chunks one after another, then for each, in C order,
 * its offset and length as uint64 (both 2^64 − 1 for one that is left out), then the CRC-32C of that index.
 */
export function shardedArray(image: ShardedImage, attributes: object = {}): Objects {
  const objects: Record<string, object | Uint8Array> = {
    'zarr.json': {
      ...v3Array,
      shape: image.shape,
      data_type: 'uint16',
      chunk_grid: { name: 'regular', configuration: { chunk_shape: image.shard } },
      codecs: [
        {
          name: 'sharding_indexed',
          configuration: {
            chunk_shape: image.inner,
            codecs: [{ name: 'bytes', configuration: { endian: 'little' } }, { name: 'crc32c' }],
            index_codecs: [{ name: 'bytes', configuration: { endian: 'little' } }, { name: 'crc32c' }],
            index_location: 'end',
          },
        },
      ],
      attributes,
    },
  };
  const shards = image.shape.map((size, i) => Math.ceil(size / image.shard[i]!));
  for (const shard of positions(shards)) objects[`c/${shard.join('/')}`] = encodeShard(image, shard);
  return objects;
}

function encodeShard({ shard, inner, valueAt }: ShardedImage, at: readonly number[]): Uint8Array {
  const counts = shard.map((size, i) => size / inner[i]!);
  const index: bigint[] = [];
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const chunk of positions(counts)) {
    const origin = chunk.map((c, i) => at[i]! * shard[i]! + c * inner[i]!);
    const values = [...positions(inner)].map((p) => valueAt(p.map((v, i) => v + origin[i]!)));
    if (values[0] === undefined) {
      index.push(2n ** 64n - 1n, 2n ** 64n - 1n);
      continue;
    }
    const chunkBytes = withChecksum(new Uint8Array(Uint16Array.from(values as number[]).buffer));
    parts.push(chunkBytes);
    index.push(BigInt(offset), BigInt(chunkBytes.length));
    offset += chunkBytes.length;
  }
  return Buffer.concat([...parts, withChecksum(new Uint8Array(BigUint64Array.from(index).buffer))]);
}

function withChecksum(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, new Uint8Array(Uint32Array.of(crc32c(bytes)).buffer)]);
}

/** All positions in a box of this shape, the last axis fastest. */
export function* positions(shape: readonly number[]): Generator<number[]> {
  const [size, ...rest] = shape;
  if (size === undefined) yield [];
  else for (let i = 0; i < size; i++) for (const below of positions(rest)) yield [i, ...below];
}
