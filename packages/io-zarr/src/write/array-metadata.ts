import { AxisOrder, type Dtype } from '@brushwood/core';
import type { Json } from '../zarr-node.ts';
import { gzipLevel, zstdLevel } from './chunk-encoder.ts';
import type { LevelLayout, ZarrLayout } from './layout.ts';

/** Objects of a hierarchy by their key, as JSON. */
export type JsonObjects = Readonly<Record<string, Json>>;

/** What describes the array of a level, below its path. */
export function arrayObjects(layout: ZarrLayout, level: LevelLayout): JsonObjects {
  return layout.version === 3
    ? { 'zarr.json': arrayV3(layout, level) }
    : { '.zarray': arrayV2(layout, level), '.zattrs': { _ARRAY_DIMENSIONS: [...layout.axes] } };
}

/** What describes a group. */
export function groupObjects(version: 2 | 3, attributes: Json): JsonObjects {
  return version === 3
    ? { 'zarr.json': { zarr_format: 3, node_type: 'group', attributes } }
    : { '.zgroup': { zarr_format: 2 }, '.zattrs': attributes };
}

function arrayV3({ axes, dtype, compression }: ZarrLayout, { shape, unitShape, chunkShape }: LevelLayout): Json {
  const inFile = new AxisOrder(axes);
  const bytes = { name: 'bytes', configuration: { endian: 'little' } };
  const compressors = {
    none: [],
    gzip: [{ name: 'gzip', configuration: { level: gzipLevel } }],
    zstd: [{ name: 'zstd', configuration: { level: zstdLevel, checksum: false } }],
  };
  const sharding = {
    chunk_shape: inFile.toFileShape(chunkShape),
    codecs: [bytes, ...compressors[compression], { name: 'crc32c' }],
    index_codecs: [bytes, { name: 'crc32c' }],
    index_location: 'end',
  };
  return {
    zarr_format: 3,
    node_type: 'array',
    shape: inFile.toFileShape(shape),
    data_type: dtype,
    chunk_grid: { name: 'regular', configuration: { chunk_shape: inFile.toFileShape(unitShape) } },
    chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
    fill_value: 0,
    codecs: [{ name: 'sharding_indexed', configuration: sharding }],
    dimension_names: [...axes],
    attributes: {},
  };
}

const v2Dtypes: Readonly<Record<Dtype, string>> = {
  uint8: '|u1',
  int8: '|i1',
  uint16: '<u2',
  int16: '<i2',
  uint32: '<u4',
  int32: '<i4',
  uint64: '<u8',
  int64: '<i8',
  float32: '<f4',
  float64: '<f8',
};

function arrayV2({ axes, dtype, compression }: ZarrLayout, { shape, chunkShape }: LevelLayout): Json {
  const inFile = new AxisOrder(axes);
  const compressors = { none: null, gzip: { id: 'gzip', level: gzipLevel }, zstd: { id: 'zstd', level: zstdLevel } };
  return {
    zarr_format: 2,
    shape: inFile.toFileShape(shape),
    chunks: inFile.toFileShape(chunkShape),
    dtype: v2Dtypes[dtype],
    compressor: compressors[compression],
    fill_value: 0,
    order: 'C',
    filters: null,
    dimension_separator: '/',
  };
}
