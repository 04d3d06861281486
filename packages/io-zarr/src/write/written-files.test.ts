import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageSpec } from '@brushwood/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBySpecification, readJson, storedChunks } from '../testing/spec-reader.node.ts';
import { valueAt, writeImage } from '../testing/write-image.node.ts';
import { positions } from '../testing/zarr-fixtures.node.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushwood-zarr-files-'));
});
afterAll(() => rm(folder, { recursive: true }));

const spec: ImageSpec = { axes: 'zyxc', shape: [1, 2, 5, 9, 10], dtype: 'uint16', content: 'intensity' };
const layout = { chunkShape: [1, 1, 2, 4, 3], shardShape: [1, 1, 4, 8, 6] } as const;

describe('shards, read by the text of the specification', () => {
  it.each(['none', 'gzip'] as const)('hold every voxel (%s)', async (compression) => {
    const path = join(folder, `${compression}.zarr`);
    await writeImage({ path }, spec, { layout: { ...layout, compression } });
    const read = readBySpecification(join(path, '0'));
    for (const position of positions([2, 5, 9, 10])) expect(read(position)).toBe(valueAt([0, ...position]));
  });

  it('leave out only chunks that lie wholly beyond the end', async () => {
    const path = join(folder, 'edge.zarr');
    const black: ImageSpec = { ...spec, axes: 'zyx', shape: [1, 1, 2, 4, 10] };
    const image = { data: new Uint16Array(80), shape: black.shape };
    await writeImage({ path }, black, { image, layout: { ...layout, shardShape: [1, 1, 2, 4, 6] } });
    expect(readdirSync(join(path, '0/c/0/0'))).toEqual(['0', '1']);
    expect(storedChunks(join(path, '0/c/0/0/0'), 2)).toEqual([true, true]);
    // Columns 6 to 8 and 9 of the last shard, which would reach to 11.
    expect(storedChunks(join(path, '0/c/0/0/1'), 2)).toEqual([true, true]);
    const narrow: ImageSpec = { ...black, shape: [1, 1, 2, 4, 9] };
    const narrowPath = join(folder, 'narrow.zarr');
    await writeImage({ path: narrowPath }, narrow, {
      image: { data: new Uint16Array(72), shape: narrow.shape },
      layout: { ...layout, shardShape: [1, 1, 2, 4, 6] },
    });
    expect(storedChunks(join(narrowPath, '0/c/0/0/1'), 2)).toEqual([true, false]);
  });

  it('are described in the order t, c, z, y, x, with all channels in one', async () => {
    const path = join(folder, 'none.zarr');
    expect(readJson(path, '0/zarr.json')).toMatchObject({
      dimension_names: ['c', 'z', 'y', 'x'],
      chunk_grid: { configuration: { chunk_shape: [2, 4, 8, 6] } },
      codecs: [{ configuration: { chunk_shape: [1, 2, 4, 3] } }],
    });
  });
});

it('nothing of the writing is left', async () => {
  const path = join(folder, 'clean.zarr');
  await writeImage({ path }, spec, { layout, resume: { fingerprint: 'abc', part: { index: 0, count: 1 } } });
  const names = readdirSync(path).toSorted();
  expect(names).toEqual([...Array.from({ length: names.length - 1 }, (_, i) => String(i)), 'zarr.json']);
  expect(readdirSync(folder).filter((name) => name.startsWith('clean'))).toEqual(['clean.zarr']);
  expect(readJson(path, 'zarr.json')).toMatchObject({ attributes: { brushwood: { fingerprint: 'abc' } } });
});

/** A Python that has zarr, or undefined. */
const python = ['python3', '/usr/bin/python3'].find((path) => spawnSync(path, ['-c', 'import zarr']).status === 0);
const script = `
import json, sys, numpy, zarr
group = zarr.open_group(sys.argv[1], mode="r")
level = group["0"]
found = level[...]
print(json.dumps({"dtype": str(found.dtype), "shape": found.shape, "chunks": level.chunks, "values": found.ravel().tolist(),
    "levels": [d["path"] for d in group.attrs["multiscales"][0]["datasets"]], "second": group["1"][...].ravel().tolist()}))
`;

describe.skipIf(!python)('version 2, read by zarr-python (needs python3-zarr)', () => {
  it.each([
    ['uint16', 'zstd'],
    ['uint8', 'gzip'],
    ['float64', 'none'],
    ['int64', 'zstd'],
  ] as const)('holds every voxel: %s, %s', async (dtype, compression) => {
    const path = join(folder, `python-${dtype}.zarr`);
    await writeImage({ path }, { ...spec, dtype }, { layout: { ...layout, compression, version: 2 } });
    const { stdout, stderr } = spawnSync(python!, ['-c', script, path], { encoding: 'utf8', maxBuffer: 1e8 });
    expect(stderr).toBe('');
    const found = JSON.parse(stdout) as { values: number[]; second: number[] };
    expect(found).toMatchObject({ dtype, shape: [2, 5, 9, 10], chunks: [1, 2, 4, 3] });
    const all = [...positions([2, 5, 9, 10])].map((position) => valueAt([0, ...position]));
    expect(found.values).toEqual(all);
    // The first voxel of level 1 is the mean of the 2 × 2 × 2 in the corner.
    const corner = [...positions([2, 2, 2])].map((position) => valueAt([0, 0, ...position]));
    const mean = corner.reduce((sum, value) => sum + value, 0) / 8;
    expect(found.second[0]).toBe(dtype === 'float64' ? mean : Math.floor(mean + 0.5));
  });
});
