import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, deflateSync } from 'node:zlib';
import { type ImageLocation, type OpenImageOptions, wholeRoi } from '@brushwood/core';
import FileSystemStore from '@zarrita/storage/fs';
import { create, Location, set } from 'zarrita';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { omeZarr } from './format.ts';
import { type Objects, shardedArray, v2Array, v3Array, writeObjects } from './testing/zarr-fixtures.node.ts';

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushwood-zarr-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(objects: Objects): Promise<string> {
  const path = join(folder, `${++count}.zarr`);
  await writeObjects(path, objects);
  return path;
}

async function readAll(location: ImageLocation, options?: OpenImageOptions & { level?: number }) {
  const source = await omeZarr.open(location, options);
  const level = options?.level ?? 0;
  const { data, shape } = await source.read(wholeRoi(source.info.levels[level]!.shape), { level });
  await source.close();
  return { data: [...data], shape, info: source.info };
}

const readObjects = async (objects: Objects, options?: OpenImageOptions) =>
  readAll({ path: await write(objects) }, options);

const bytes = (...values: number[]) => Uint8Array.from(values);
// The image [[1, 2, 3], [4, 5, 6]] in chunks of (2, 2): the second reaches one column beyond the end.
const left = bytes(1, 2, 4, 5);
const right = bytes(3, 0, 6, 0);
const whole = [1, 2, 3, 4, 5, 6];

describe('Zarr v2', () => {
  it('reads raw chunks', async () => {
    const found = await readObjects({ '.zarray': v2Array, '0.0': left, '0.1': right });
    expect(found.data).toEqual(whole);
    expect(found.shape).toEqual([1, 1, 1, 2, 3]);
    expect(found.info).toMatchObject({ fileAxes: 'yx', dtype: 'uint8' });
    expect(found.info.levels).toEqual([
      { shape: [1, 1, 1, 2, 3], chunkShape: [1, 1, 1, 2, 2], downsampling: [1, 1, 1, 1, 1] },
    ]);
  });

  it('reads nested chunk names', async () => {
    const meta = { ...v2Array, dimension_separator: '/' };
    expect((await readObjects({ '.zarray': meta, '0/0': left, '0/1': right })).data).toEqual(whole);
  });

  it('reads Fortran order', async () => {
    const meta = { ...v2Array, order: 'F' };
    const found = await readObjects({ '.zarray': meta, '0.0': bytes(1, 4, 2, 5), '0.1': bytes(3, 6, 0, 0) });
    expect(found.data).toEqual(whole);
  });

  it('reads gzip and zlib', async () => {
    for (const [id, compress] of [
      ['gzip', gzipSync],
      ['zlib', deflateSync],
    ] as const) {
      const meta = { ...v2Array, compressor: { id, level: 1 } };
      const found = await readObjects({ '.zarray': meta, '0.0': compress(left), '0.1': compress(right) });
      expect(found.data).toEqual(whole);
    }
  });

  it('reads a chunk that is not stored as the fill value', async () => {
    expect((await readObjects({ '.zarray': v2Array, '0.1': right })).data).toEqual([7, 7, 3, 7, 7, 6]);
    const noFill = { ...v2Array, fill_value: null };
    expect((await readObjects({ '.zarray': noFill, '0.1': right })).data).toEqual([0, 0, 3, 0, 0, 6]);
    const wide = { ...noFill, dtype: '<i8' };
    expect((await readObjects({ '.zarray': wide })).data).toEqual([0n, 0n, 0n, 0n, 0n, 0n]);
    const notANumber = { ...v2Array, dtype: '<f4', fill_value: 'NaN' };
    expect((await readObjects({ '.zarray': notANumber })).data).toEqual(Array(6).fill(NaN));
  });

  it.each([
    ['|b1', [0, 1], [0, 1]],
    ['|i1', [255, 1], [-1, 1]],
    ['<u2', [1, 2, 255, 254], [513, 65279]],
    ['>u2', [1, 2, 255, 254], [258, 65534]],
    ['>i2', [255, 254, 0, 1], [-2, 1]],
    ['<u4', [1, 0, 0, 128, 2, 0, 0, 0], [2147483649, 2]],
    ['>i4', [255, 255, 255, 254, 0, 0, 1, 0], [-2, 256]],
    ['>u8', [0, 0, 0, 1, 0, 0, 0, 2, 255, 255, 255, 255, 255, 255, 255, 255], [2n ** 32n + 2n, 2n ** 64n - 1n]],
    ['<i8', [254, 255, 255, 255, 255, 255, 255, 255, 1, 0, 0, 0, 0, 0, 0, 0], [-2n, 1n]],
    ['>f4', [0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0], [1, -2.5]],
    ['<f8', [0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 4, 0xc0], [1, -2.5]],
  ])('reads %s', async (dtype, stored, expected) => {
    const meta = { ...v2Array, shape: [1, 2], chunks: [1, 2], dtype, fill_value: 0 };
    expect((await readObjects({ '.zarray': meta, '0.0': bytes(...stored) })).data).toEqual(expected);
  });

  it('brings the axes that the array names into the order tczyx', async () => {
    // axes (y 1, x 2, c 2): element (y, x, c) is 10 x + c
    const meta = { ...v2Array, shape: [1, 2, 2], chunks: [1, 2, 2] };
    const axistags = JSON.stringify({ axes: [{ key: 'y' }, { key: 'x' }, { key: 'c' }] });
    const found = await readObjects({ '.zarray': meta, '.zattrs': { axistags }, '0.0.0': bytes(0, 1, 10, 11) });
    expect(found.info.fileAxes).toBe('yxc');
    expect(found.data).toEqual([0, 10, 1, 11]);
  });
});

describe('Zarr v3', () => {
  it('reads what zarrita writes', async () => {
    const path = join(folder, `${++count}.zarr`);
    const array = await create(new Location(new FileSystemStore(path)), {
      shape: [2, 3, 4],
      chunkShape: [1, 2, 3],
      dtype: 'float32',
      dimensionNames: ['c', 'y', 'x'],
      codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
    });
    const data = Float32Array.from({ length: 24 }, (_, i) => i / 8);
    await set(array, null, { data, shape: [2, 3, 4], stride: [12, 4, 1] });
    const found = await readAll({ path });
    expect(found.shape).toEqual([1, 2, 1, 3, 4]);
    expect(found.info.fileAxes).toBe('cyx');
    expect(found.data).toEqual([...data]);
  });

  it('reads chunks stored in another order', async () => {
    const codecs = [{ name: 'transpose', configuration: { order: [1, 0] } }, { name: 'bytes' }];
    const chunks = { 'c/0/0': bytes(1, 4, 2, 5), 'c/0/1': bytes(3, 6, 0, 0) };
    expect((await readObjects({ 'zarr.json': { ...v3Array, codecs }, ...chunks })).data).toEqual(whole);
  });

  it('reads shards, with chunks that are left out as the fill value', async () => {
    // 5 × 7 in shards of 4 × 4 and chunks of 2 × 2; the value is 10 y + x, and the chunk at (2, 4) is left out.
    const valueAt = ([y, x]: readonly number[]) => (y === 2 && x === 4 ? undefined : 10 * y! + x!);
    const found = await readObjects(shardedArray({ shape: [5, 7], shard: [4, 4], inner: [2, 2], valueAt }));
    const expected = Array.from({ length: 35 }, (_, i) => {
      const [y, x] = [Math.floor(i / 7), i % 7];
      return (y === 2 || y === 3) && (x === 4 || x === 5) ? 7 : 10 * y + x;
    });
    expect(found.data).toEqual(expected);
    expect(found.info.levels[0]!.chunkShape).toEqual([1, 1, 1, 2, 2]);
  });
});

describe('OME-Zarr', () => {
  const axes = [
    { name: 'y', type: 'space', unit: 'micrometer' },
    { name: 'x', type: 'space', unit: 'micrometer' },
  ];
  const level = (path: string, size: number) => ({
    path,
    coordinateTransformations: [{ type: 'scale', scale: [size, size] }],
  });
  const multiscales = [{ axes, datasets: [level('s0', 0.5), level('s1', 1)] }];
  const small = { shape: [1, 2], chunks: [1, 2] };
  const v04 = {
    '.zgroup': { zarr_format: 2 },
    '.zattrs': { multiscales },
    's0/.zarray': v2Array,
    's0/0.0': left,
    's0/0.1': right,
    's1/.zarray': { ...v2Array, ...small },
    's1/0.0': bytes(3, 5),
  };
  const v05 = {
    'zarr.json': { zarr_format: 3, node_type: 'group', attributes: { ome: { version: '0.5', multiscales } } },
    's0/zarr.json': v3Array,
    's0/c/0/0': left,
    's0/c/0/1': right,
    's1/zarr.json': {
      ...v3Array,
      shape: [1, 2],
      chunk_grid: { name: 'regular', configuration: { chunk_shape: [1, 2] } },
    },
    's1/c/0/0': bytes(3, 5),
  };

  it.each([
    ['0.4', v04],
    ['0.5', v05],
  ])('reads all levels of version %s', async (_, objects) => {
    const path = await write(objects);
    const finest = await readAll({ path });
    expect(finest.data).toEqual(whole);
    expect(finest.info).toMatchObject({ fileAxes: 'yx', voxelSize: { unit: 'micrometer', y: 0.5, x: 0.5 } });
    expect(finest.info.levels.map(({ downsampling }) => downsampling)).toEqual([
      [1, 1, 1, 1, 1],
      [1, 1, 1, 2, 2],
    ]);
    expect((await readAll({ path }, { level: 1 })).data).toEqual([3, 5]);
  });

  it('opens one level by its path, with the axes and voxel size of the image', async () => {
    const path = await write(v04);
    for (const location of [{ path, innerPath: 's1' }, { path: `${path}/s1` }, { path: `${path}/s1/` }]) {
      const found = await readAll(location);
      expect(found.data).toEqual([3, 5]);
      expect(found.info.levels).toHaveLength(1);
      expect(found.info.voxelSize).toEqual({ unit: 'micrometer', y: 1, x: 1 });
    }
  });

  it('opens an image inside a group, and the only one without being told', async () => {
    const nested = Object.fromEntries(Object.entries(v04).map(([name, content]) => [`series/${name}`, content]));
    const path = await write({ '.zgroup': { zarr_format: 2 }, ...nested });
    expect((await readAll({ path, innerPath: 'series' })).info.levels).toHaveLength(2);
    expect((await readAll({ path, innerPath: 'series/s1' })).data).toEqual([3, 5]);
    await expect(readAll({ path })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('series/s0, series/s1'),
    });
    const single = await write({ '.zgroup': { zarr_format: 2 }, 'raw/.zarray': v2Array, 'raw/0.0': left });
    expect((await readAll({ path: single })).data).toEqual([1, 2, 7, 4, 5, 7]);
  });

  it('lists the arrays', async () => {
    expect(await omeZarr.list!({ path: await write(v05) })).toEqual([
      { innerPath: 's0', shape: [2, 3], dtype: 'uint8' },
      { innerPath: 's1', shape: [1, 2], dtype: 'uint8' },
    ]);
  });

  it('lets the user override the axes', async () => {
    expect((await readObjects(v04, { axes: 'xy' })).shape).toEqual([1, 1, 1, 3, 2]);
    await expect(readObjects(v04, { axes: 'zyx' })).rejects.toMatchObject({ code: 'axes-mismatch' });
  });

  it('names the datasets there are if the one asked for is missing', async () => {
    await expect(readAll({ path: await write(v04), innerPath: 's7' })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(/"s7".*s0, s1/),
    });
  });

  it('says which level is missing', async () => {
    const { 's1/.zarray': _, ...incomplete } = v04;
    await expect(readObjects(incomplete)).rejects.toMatchObject({
      code: 'broken-file',
      message: expect.stringContaining('"s1"'),
    });
  });
});

describe('what is not Zarr, or broken', () => {
  it('probes by content', async () => {
    expect(await omeZarr.probe({ path: await write({ '.zarray': v2Array }) })).toBe(true);
    expect(await omeZarr.probe({ path: await write({ 'zarr.json': v3Array }) })).toBe(true);
    expect(await omeZarr.probe({ path: await write({ 'zarr.json': { ...v3Array, data_type: 'float16' } }) })).toBe(
      true,
    );
    expect(await omeZarr.probe({ path: await write({ 'readme.txt': bytes(1) }) })).toBe(false);
    expect(await omeZarr.probe({ path: join(folder, 'missing.zarr') })).toBe(false);
    expect(await omeZarr.probe({ path: 'a.zarr', blob: new Blob(['{}']) })).toBe(false);
  });

  it('says what is wrong with the place', async () => {
    await expect(omeZarr.open({ path: join(folder, 'missing.zarr') })).rejects.toMatchObject({ code: 'not-found' });
    await writeFile(join(folder, 'file.zarr'), 'text');
    await expect(omeZarr.open({ path: join(folder, 'file.zarr') })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('not a folder'),
    });
    await expect(omeZarr.open({ path: 'a.zarr', blob: new Blob([]) })).rejects.toMatchObject({ code: 'unsupported' });
    await expect(readObjects({ 'readme.txt': bytes(1) })).rejects.toMatchObject({ code: 'not-found' });
  });

  it.each([
    ['a short raw chunk', { '.zarray': v2Array, '0.0': left, '0.1': bytes(3, 0, 6) }],
    ['a long raw chunk', { '.zarray': v2Array, '0.0': left, '0.1': bytes(3, 0, 6, 0, 0) }],
    ['half an element', { '.zarray': { ...v2Array, dtype: '<u2' }, '0.1': new Uint8Array(7) }],
    ['a broken gzip chunk', { '.zarray': { ...v2Array, compressor: { id: 'gzip' } }, '0.1': bytes(1, 2, 3) }],
    ['a broken blosc chunk', { '.zarray': { ...v2Array, compressor: { id: 'blosc' } }, '0.1': new Uint8Array(40) }],
  ])('names %s', async (_, objects) => {
    const reading = readObjects(objects);
    await expect(reading).rejects.toMatchObject({
      code: 'broken-file',
      message: expect.stringMatching(/\.zarr: chunk \(0, 1\)/),
      details: { chunk: [0, 1] },
    });
  });

  it.each([
    ['the end is cut off', (shard: Uint8Array) => shard.subarray(0, -9)],
    ['a chunk is changed', (shard: Uint8Array) => shard.map((byte, i) => (i === 2 ? byte ^ 1 : byte))],
    [
      'the index is changed',
      (shard: Uint8Array) => shard.map((byte, i) => (i === shard.length - 20 ? byte ^ 1 : byte)),
    ],
    ['almost all is gone', (shard: Uint8Array) => shard.subarray(0, 3)],
  ])('notices if of a shard %s', async (_, change) => {
    const objects = shardedArray({ shape: [2, 4], shard: [2, 4], inner: [2, 2], valueAt: ([y, x]) => y! + x! });
    const broken = { ...objects, 'c/0/0': change(new Uint8Array(objects['c/0/0'] as Uint8Array)) };
    await expect(readObjects(broken)).rejects.toMatchObject({ code: 'broken-file' });
  });

  it('stops when cancelled', async () => {
    const path = await write({ '.zarray': v2Array });
    await expect(omeZarr.open({ path }, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('paths that lead out of the folder', () => {
  const secret = { '.zarray': { ...v2Array, shape: [2, 2] }, '0.0': left };
  const pointing = (path: string) => ({
    '.zgroup': { zarr_format: 2 },
    '.zattrs': { multiscales: [{ axes: ['y', 'x'], datasets: [{ path }] }] },
  });

  it.each(['../1.zarr', '/etc', 's0/../../x', '..%2fx', 'a\\..\\b', 'a//b', ''])(
    'are refused as a level: "%s"',
    async (path) => {
      await write(secret);
      await expect(readObjects(pointing(path))).rejects.toMatchObject({
        code: expect.stringMatching(/unsupported|broken-file/),
      });
    },
  );

  it('are refused as a dataset the user names', async () => {
    const path = await write(secret);
    await expect(omeZarr.open({ path, innerPath: '../2.zarr' })).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('are refused as links, of arrays and of chunks', async () => {
    const outside = await write(secret);
    const path = await write(pointing('s0'));
    await symlink(outside, join(path, 's0'));
    await expect(readAll({ path })).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('leads out'),
    });
    const chunkLink = await write({ '.zarray': { ...v2Array, shape: [2, 2] } });
    await symlink(join(outside, '0.0'), join(chunkLink, '0.0'));
    await expect(readAll({ path: chunkLink })).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('are fine if they stay inside, and if the whole is reached by a link', async () => {
    const path = await write({ ...secret, elsewhere: left });
    await rm(join(path, '0.0'));
    await symlink(join(path, 'elsewhere'), join(path, '0.0'));
    const link = join(folder, 'link.zarr');
    await symlink(path, link);
    expect((await readAll({ path: link })).data).toEqual([1, 2, 4, 5]);
  });
});
