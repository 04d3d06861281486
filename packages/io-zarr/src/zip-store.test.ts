import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wholeRoi } from '@brushwood/core';
import { imageSourceChecks } from '@brushwood/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { omeZarr } from './format.ts';
import { type Objects, positions, shardedArray, v2Array } from './testing/zarr-fixtures.node.ts';
import { type ZipOptions, zipOf } from './testing/zip-file.node.ts';

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushwood-zarr-zip-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(objects: Objects, options?: ZipOptions, extension = '.zarr.zip'): Promise<string> {
  const path = join(folder, `${++count}${extension}`);
  await writeFile(path, zipOf(objects, options));
  return path;
}

const image = { shape: [5, 7], shard: [4, 4], inner: [2, 2], valueAt: ([y, x]: readonly number[]) => 10 * y! + x! };
const expected = [...positions([5, 7])].map(image.valueAt);

async function readAll(location: { path: string; innerPath?: string; blob?: Blob }) {
  const source = await omeZarr.open(location);
  const { data } = await source.read(wholeRoi(source.info.shape));
  await source.close();
  return [...data];
}

describe('a zip file', () => {
  it('of shards is read, by name and by content', async () => {
    const path = await write(shardedArray(image));
    expect(await omeZarr.probe({ path })).toBe(true);
    expect(await readAll({ path })).toEqual(expected);
    const blob = new Blob([new Uint8Array(await readFile(path))]);
    expect(await readAll({ path: 'dropped.zarr.zip', blob })).toEqual(expected);
    expect(await readAll({ path: await write(shardedArray(image), {}, '.ozx') })).toEqual(expected);
  });

  for (const check of imageSourceChecks({
    open: async () => omeZarr.open({ path: await write(shardedArray(image)) }),
  })) {
    it(check.name, check.run);
  }

  it('may hold the folder instead of what is in it, and compressed metadata', async () => {
    const nested = Object.fromEntries(
      Object.entries(shardedArray(image)).map(([name, content]) => [`a.zarr/${name}`, content]),
    );
    expect(await readAll({ path: await write(nested) })).toEqual(expected);
    expect(
      await readAll({ path: await write(shardedArray(image), { deflates: (name) => name.endsWith('.json') }) }),
    ).toEqual(expected);
  });

  it('may hold several arrays, which are listed and addressed', async () => {
    const path = await write({ '.zgroup': {}, 'a/.zarray': v2Array, 'b/.zarray': { ...v2Array, fill_value: 3 } });
    expect((await omeZarr.list!({ path })).map(({ innerPath }) => innerPath)).toEqual(['a', 'b']);
    expect(await readAll({ path, innerPath: 'b' })).toEqual([3, 3, 3, 3, 3, 3]);
    expect(await readAll({ path: `${path}/b` })).toEqual([3, 3, 3, 3, 3, 3]);
  });

  it('is not ours without metadata of Zarr', async () => {
    expect(await omeZarr.probe({ path: await write({ 'photo.jpg': Uint8Array.of(1) }) })).toBe(false);
    const path = join(folder, 'text.zip');
    await writeFile(path, 'text');
    expect(await omeZarr.probe({ path })).toBe(false);
    await expect(omeZarr.open({ path })).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('with compressed chunks is refused with a way out', async () => {
    const path = await write(shardedArray(image), { deflates: (name) => name.startsWith('c/') });
    await expect(readAll({ path })).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('zip -0'),
    });
  });

  it('that would swell to gigabytes is refused before it does', async () => {
    const path = await write({ '.zarray': v2Array }, { deflates: () => true, claimedSize: 2 ** 31 });
    await expect(omeZarr.open({ path })).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('cut short is called broken', async () => {
    const whole = zipOf(shardedArray(image));
    const path = join(folder, 'short.zip');
    await writeFile(path, whole.subarray(0, whole.length - 40));
    await expect(omeZarr.open({ path })).rejects.toMatchObject({ code: 'broken-file' });
  });

  it('leads nowhere out of itself', async () => {
    const path = await write({ '.zgroup': {}, '../secret/.zarray': v2Array });
    await expect(omeZarr.open({ path, innerPath: '../secret' })).rejects.toMatchObject({ code: 'unsupported' });
  });
});
