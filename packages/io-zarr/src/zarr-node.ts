import { BrushwoodError, type Dtype, isDtype, itemBytes } from '@brushwood/core';
import { registry } from 'zarrita';
import { Crc32cCodec } from './crc32c.ts';
import type { ZarrStore } from './store.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface ZarrGroup {
  readonly kind: 'group';
  readonly path: string;
  readonly attributes: Json;
}

/** What is known of an array without decoding it; sizes in the file's order of axes. */
export interface ZarrArray {
  readonly kind: 'array';
  readonly version: 2 | 3;
  /** Below the root, without slashes around it. */
  readonly path: string;
  readonly shape: readonly number[];
  /** Unit of decoding: in sharded arrays the inner chunk. */
  readonly chunkShape: readonly number[];
  /** Of sharded arrays: what has an index of its own. */
  readonly shardShape?: readonly number[];
  readonly dtype: Dtype;
  readonly attributes: Json;
  readonly dimensionNames?: readonly unknown[];
}

/** More in one chunk would not fit one array of the engine. */
const maxChunkBytes = 2 ** 31 - 1;

/**
 * Reads the metadata of a node, Zarr v3 first, and checks that we can read what it describes.
 * @returns undefined if there is no node at this path
 * @throws {BrushwoodError} 'broken-file' (malformed metadata), 'unsupported' (codec, layout), 'unsupported-dtype'
 */
export async function readNode(
  store: ZarrStore,
  path: string,
  who: string,
): Promise<ZarrGroup | ZarrArray | undefined> {
  const name = path === '' ? who : `${who}/${path}`;
  const v3 = await readJson(store, key(path, 'zarr.json'), name);
  if (v3) {
    const attributes = asObject(v3.attributes) ?? {};
    if (v3.node_type === 'group') return { kind: 'group', path, attributes };
    if (v3.node_type === 'array') return checkArray({ ...describeV3(v3, name), path, attributes }, name);
    throw broken(name, 'zarr.json describes neither an array nor a group');
  }
  const [array, group, attributes] = await Promise.all(
    ['.zarray', '.zgroup', '.zattrs'].map((file) => readJson(store, key(path, file), name)),
  );
  if (array) return checkArray({ ...describeV2(array, name), path, attributes: attributes ?? {} }, name);
  if (group || attributes) return { kind: 'group', path, attributes: attributes ?? {} };
  return undefined;
}

function key(path: string, file: string): string {
  return path === '' ? `/${file}` : `/${path}/${file}`;
}

async function readJson(store: ZarrStore, at: string, name: string): Promise<Json | undefined> {
  const bytes = await store.get(at);
  if (!bytes) return undefined;
  try {
    const json = asObject(JSON.parse(new TextDecoder().decode(bytes)));
    if (json) return json;
  } catch (cause) {
    throw broken(name, `${at.split('/').at(-1)} is not JSON`, cause);
  }
  throw broken(name, `${at.split('/').at(-1)} is not a JSON object`);
}

type ArrayDescription = Omit<ZarrArray, 'kind' | 'path' | 'attributes' | 'dtype'> & {
  readonly dtype: unknown;
  readonly codecs: readonly unknown[];
  readonly fillValue: unknown;
};

function describeV2(meta: Json, name: string): ArrayDescription {
  const filters = Array.isArray(meta.filters) ? (meta.filters as unknown[]) : [];
  const codecs = [...filters, meta.compressor ?? undefined].filter((codec) => codec !== undefined);
  return {
    version: 2,
    shape: sizesOf(meta.shape, name, 'shape'),
    chunkShape: sizesOf(meta.chunks, name, 'chunks'),
    dtype: typeof meta.dtype === 'string' ? (v2Dtypes.get(meta.dtype.slice(1)) ?? meta.dtype) : meta.dtype,
    codecs: codecs.map((codec) => `numcodecs.${String(asObject(codec)?.id)}`),
    fillValue: meta.fill_value,
  };
}

function describeV3(meta: Json, name: string): ArrayDescription {
  const grid = asObject(meta.chunk_grid);
  if (grid?.name !== 'regular') throw unsupported(name, `the chunk grid "${String(grid?.name)}"`);
  const outer = sizesOf(asObject(grid.configuration)?.chunk_shape, name, 'chunk_shape');
  const codecs = listOfCodecs(meta.codecs, name);
  const sharding = codecs.find((codec) => codec.name === 'sharding_indexed');
  const inner = sharding && checkSharding(asObject(sharding.configuration) ?? {}, { outer, codecs, name });
  return {
    version: 3,
    shape: sizesOf(meta.shape, name, 'shape'),
    chunkShape: inner?.chunkShape ?? outer,
    ...(inner ? { shardShape: outer } : {}),
    dtype: meta.data_type === 'bool' ? 'uint8' : meta.data_type,
    codecs: (inner?.codecs ?? codecs).map((codec) => codec.name),
    fillValue: meta.fill_value,
    dimensionNames: Array.isArray(meta.dimension_names) ? (meta.dimension_names as unknown[]) : undefined,
  };
}

/** zarrita overlooks other codecs beside the sharding, and an index at the start; both would come out wrong. */
function checkSharding(
  sharding: Json,
  { outer, codecs, name }: { outer: readonly number[]; codecs: readonly Json[]; name: string },
): { chunkShape: number[]; codecs: Json[] } {
  const chunkShape = sizesOf(sharding.chunk_shape, name, 'inner chunk_shape');
  const fits = chunkShape.length === outer.length && chunkShape.every((size, i) => outer[i]! % size === 0);
  if (!fits) throw broken(name, `inner chunks (${chunkShape.join(', ')}) do not divide shards (${outer.join(', ')})`);
  if (codecs.length !== 1) throw unsupported(name, 'codecs around whole shards');
  if ((sharding.index_location ?? 'end') !== 'end') throw unsupported(name, 'a shard index at the start of the shard');
  const inner = listOfCodecs(sharding.codecs, name);
  return { chunkShape, codecs: [...inner, ...listOfCodecs(sharding.index_codecs, name)] };
}

const v2Dtypes = new Map<string, Dtype>([
  ['b1', 'uint8'],
  ['u1', 'uint8'],
  ['i1', 'int8'],
  ['u2', 'uint16'],
  ['i2', 'int16'],
  ['u4', 'uint32'],
  ['i4', 'int32'],
  ['u8', 'uint64'],
  ['i8', 'int64'],
  ['f4', 'float32'],
  ['f8', 'float64'],
]);

function checkArray(found: ArrayDescription & { path: string; attributes: Json }, name: string): ZarrArray {
  const { codecs, fillValue, dtype, ...array } = found;
  if (typeof dtype !== 'string' || !isDtype(dtype)) {
    throw new BrushwoodError(
      'unsupported-dtype',
      `${name}: images are integers of 8 to 64 bits, float32 or float64, but the array holds ${JSON.stringify(dtype)}.`,
    );
  }
  if (array.chunkShape.length !== array.shape.length) {
    throw broken(name, `${array.shape.length} axes, but chunks of ${array.chunkShape.length}`);
  }
  if (array.chunkShape.reduce((product, size) => product * size, itemBytes(dtype)) > maxChunkBytes) {
    throw unsupported(name, `chunks of shape (${array.chunkShape.join(', ')}), more than 2 GB each`);
  }
  registry.set('crc32c', async () => Crc32cCodec);
  const unknown = codecs.find((codec) => !registry.has(String(codec)) && codec !== 'numcodecs.fixedscaleoffset');
  if (unknown !== undefined) throw unsupported(name, `the codec "${String(unknown)}"`);
  if (typeof fillValue === 'string' && !['NaN', 'Infinity', '-Infinity'].includes(fillValue)) {
    throw unsupported(name, `the fill value "${fillValue}"`);
  }
  return { kind: 'array', ...array, dtype };
}

function listOfCodecs(value: unknown, name: string): Json[] {
  const codecs: unknown[] = Array.isArray(value) ? value : [];
  return codecs.map((codec) => asObject(codec) ?? fail(broken(name, 'a codec is not an object')));
}

function sizesOf(value: unknown, name: string, what: string): number[] {
  const isValid = Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
  if (!isValid) throw broken(name, `its ${what} is ${JSON.stringify(value)}, not a list of sizes`);
  if (value.includes(0)) throw unsupported(name, `an empty ${what} (${value.join(', ')})`);
  return value as number[];
}

export function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function fail(error: Error): never {
  throw error;
}

function broken(name: string, reason: string, cause?: unknown): BrushwoodError {
  return new BrushwoodError('broken-file', `${name} cannot be read as Zarr: ${reason}.`, { reason }, { cause });
}

function unsupported(name: string, what: string): BrushwoodError {
  return new BrushwoodError('unsupported', `${name} uses ${what}, which is not read. Save it another way.`, { what });
}
