import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dtypes, type ImageLayout, type ImageSpec, type ResumeOptions } from '@brushwood/core';
import { imageSinkChecks, resumableSinkChecks } from '@brushwood/core/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { omeZarr } from '../format.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushwood-zarr-write-'));
});
afterAll(() => rm(folder, { recursive: true }));

const volume: ImageSpec = { axes: 'tczyx', shape: [2, 2, 3, 9, 7], dtype: 'uint16', content: 'intensity' };
const flat: ImageSpec = { axes: 'yxc', shape: [1, 2, 1, 11, 7], dtype: 'uint8', content: 'probabilities' };
const everything: [ImageSpec, ...ImageSpec[]] = [
  volume,
  ...dtypes.map((dtype) => ({ ...flat, dtype })),
  { ...flat, axes: 'zyx', shape: [1, 1, 6, 5, 7], content: 'labels' },
  { ...flat, axes: 'tyx', shape: [3, 1, 1, 5, 7] },
  { ...flat, axes: 'yx', shape: [1, 1, 1, 5, 7], content: 'labels' },
  { ...flat, axes: 'xytzc', shape: [2, 2, 2, 3, 4] },
];
const chunkShape = [1, 1, 2, 4, 3] as const;
const shardShape = [1, 1, 4, 8, 6] as const;

describe.each<[string, ImageLayout, [ImageSpec, ...ImageSpec[]]]>([
  ['version 3', { chunkShape, shardShape }, everything],
  ['version 3, chunks of several channels, gzip', { chunkShape: [2, 2, 3, 4, 4], compression: 'gzip' }, [volume]],
  ['version 2', { chunkShape, shardShape, version: 2 }, [volume, flat]],
  ['version 2, uncompressed', { chunkShape, version: 2, compression: 'none' }, [flat, { ...flat, dtype: 'int64' }]],
])('%s', (title, layout, specs) => {
  const create = async (spec: ImageSpec, name: string) => {
    const path = join(folder, `${title.replaceAll(/\W+/g, '-')}-${name}.zarr`);
    return {
      sink: await omeZarr.create!({ path }, spec, { layout }),
      reopen: async () => ((await omeZarr.probe({ path })) ? omeZarr.open({ path }) : undefined),
    };
  };
  for (const check of imageSinkChecks({ create, specs, join: omeZarr.join })) it(check.name, check.run);
});

describe.each<[string, ImageLayout]>([
  ['version 3', { chunkShape, shardShape }],
  ['version 2', { chunkShape, shardShape, version: 2 }],
])('%s, resumed', (title, layout) => {
  const create = async (name: string, resume: ResumeOptions) => {
    const path = join(folder, `${title.replaceAll(/\W+/g, '-')}-${name}.zarr`);
    return {
      sink: await omeZarr.create!({ path }, volume, { layout, resume }),
      reopen: async () => ((await omeZarr.probe({ path })) ? omeZarr.open({ path }) : undefined),
    };
  };
  for (const check of resumableSinkChecks({ create, spec: volume })) it(check.name, check.run);
});
