import { describe, expect, it } from 'vitest';
import { memoryStore, v2Array, v3Array } from './testing/zarr-fixtures.node.ts';
import { readNode } from './zarr-node.ts';

const readV2 = (change: object) => readNode(memoryStore({ '.zarray': { ...v2Array, ...change } }), '', 'a.zarr');
const readV3 = (change: object) => readNode(memoryStore({ 'zarr.json': { ...v3Array, ...change } }), '', 'a.zarr');

const sharding = {
  chunk_shape: [1, 2],
  codecs: [{ name: 'bytes' }],
  index_codecs: [{ name: 'bytes' }, { name: 'crc32c' }],
};
const sharded = (change: object, around: object[] = []) => ({
  codecs: [...around, { name: 'sharding_indexed', configuration: { ...sharding, ...change } }],
});

describe('readNode', () => {
  it('reads arrays of both versions', async () => {
    const common = { kind: 'array', shape: [2, 3], chunkShape: [2, 2], dtype: 'uint8', path: '' };
    expect(await readV2({})).toMatchObject({ ...common, version: 2 });
    expect(await readV3({})).toMatchObject({ ...common, version: 3 });
  });

  it('gives the inner chunk of a sharded array, which is what is decoded', async () => {
    expect(await readV3(sharded({}))).toMatchObject({ chunkShape: [1, 2] });
  });

  it('tells groups, arrays and nothing apart', async () => {
    const store = memoryStore({
      '.zgroup': { zarr_format: 2 },
      'three/zarr.json': { zarr_format: 3, node_type: 'group', attributes: { a: 1 } },
    });
    expect(await readNode(store, '', 'a.zarr')).toMatchObject({ kind: 'group' });
    expect(await readNode(store, 'three', 'a.zarr')).toMatchObject({ kind: 'group', attributes: { a: 1 } });
    expect(await readNode(store, 'four', 'a.zarr')).toBeUndefined();
  });

  it.each([
    ['v2 shape', readV2, { shape: 'large' }],
    ['v2 negative size', readV2, { shape: [-2, 3] }],
    ['v2 fraction', readV2, { chunks: [1.5, 2] }],
    ['v2 rank of chunks', readV2, { chunks: [2, 2, 2] }],
    ['v3 shape', readV3, { shape: null }],
    ['v3 chunks', readV3, { chunk_grid: { name: 'regular', configuration: {} } }],
    ['v3 node type', readV3, { node_type: 'table' }],
    ['v3 codec', readV3, { codecs: ['bytes'] }],
    ['v3 inner chunks that do not divide the shard', readV3, sharded({ chunk_shape: [2, 4] })],
  ])('refuses a broken %s', async (_, read, change) => {
    await expect(read(change)).rejects.toMatchObject({
      code: 'broken-file',
      message: expect.stringContaining('a.zarr'),
    });
  });

  it.each([
    ['v2 codec', readV2, { compressor: { id: 'lzma' } }, 'numcodecs.lzma'],
    ['v2 filter', readV2, { filters: [{ id: 'quantize' }] }, 'numcodecs.quantize'],
    ['v3 codec', readV3, { codecs: [{ name: 'bytes' }, { name: 'webp' }] }, 'webp'],
    ['v3 grid', readV3, { chunk_grid: { name: 'rectangular' } }, 'rectangular'],
    ['codec inside shards', readV3, sharded({ codecs: [{ name: 'bytes' }, { name: 'webp' }] }), 'webp'],
    ['codec around shards', readV3, sharded({}, [{ name: 'transpose' }]), 'around whole shards'],
    ['index at the start', readV3, sharded({ index_location: 'start' }), 'at the start'],
    ['fill value', readV3, { data_type: 'float32', fill_value: '0x7fc00000' }, '0x7fc00000'],
    ['empty array', readV2, { shape: [0, 3] }, 'empty shape'],
    ['chunk of many gigabytes', readV2, { chunks: [1e6, 1e6] }, 'more than 2 GB'],
  ])('names the %s that is not read', async (_, read, change, named) => {
    await expect(read(change)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining(named),
    });
  });

  it.each([
    ['v2 complex', readV2, { dtype: '<c8' }],
    ['v2 float16', readV2, { dtype: '<f2' }],
    ['v2 objects', readV2, { dtype: '|O' }],
    ['v2 structure', readV2, { dtype: [['a', '<f4']] }],
    ['v3 float16', readV3, { data_type: 'float16' }],
    ['v3 text', readV3, { data_type: 'string' }],
    ['v3 extension', readV3, { data_type: { name: 'numpy.datetime64' } }],
  ])('refuses the dtype %s', async (_, read, change) => {
    await expect(read(change)).rejects.toMatchObject({ code: 'unsupported-dtype' });
  });

  it('refuses metadata that is not JSON', async () => {
    const store = memoryStore({ 'zarr.json': new TextEncoder().encode('<html>') });
    await expect(readNode(store, '', 'a.zarr')).rejects.toMatchObject({ code: 'broken-file' });
  });
});
