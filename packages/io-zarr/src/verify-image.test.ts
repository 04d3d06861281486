import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageSpec } from '@brushwood/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeImage } from './testing/write-image.node.ts';
import { verifyZarr } from './verify-image.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushwood-zarr-verify-'));
});
afterAll(() => rm(folder, { recursive: true }));

const spec: ImageSpec = { axes: 'zyx', shape: [1, 1, 4, 8, 8], dtype: 'uint8', content: 'intensity' };
const layout = { chunkShape: [1, 1, 2, 2, 2], shardShape: [1, 1, 4, 4, 4] } as const;
// Level 0: 2 · 4 · 4 chunks; level 1: 1 · 2 · 2 of 2 × 4 × 4 voxels; level 2: one of 2 × 2 × 2.
const chunkCount = 32 + 4 + 1;

it.each([2, 3] as const)('a whole image of version %i has nothing to report', async (version) => {
  const path = join(folder, `whole-${version}.zarr`);
  await writeImage({ path }, spec, { layout: { ...layout, version } });
  const seen: number[] = [];
  const report = await verifyZarr({ path }, { onProgress: ({ done, total }) => void seen.push(done / total) });
  expect(report).toEqual({ chunkCount, missingCount: 0, missing: [], unreadableCount: 0, unreadable: [] });
  expect(seen).toHaveLength(chunkCount);
  expect(seen.at(-1)).toBe(1);
});

it('missing objects are named once, of every level', async () => {
  const path = join(folder, 'missing.zarr');
  await writeImage({ path }, spec, { layout });
  await rm(join(path, '0/c/0/1/0'));
  await rm(join(path, '1/c/0/0/0'));
  const report = await verifyZarr({ path });
  expect(report).toMatchObject({ missingCount: 2, missing: ['0/c/0/1/0', '1/c/0/0/0'], unreadableCount: 0 });
});

it('damaged chunks are named', async () => {
  const path = join(folder, 'damaged.zarr');
  await writeImage({ path }, spec, { layout });
  const shard = join(path, '0/c/0/0/1');
  const bytes = await readFile(shard);
  bytes[12]! ^= 1; // a value in the first chunk, which the checksum after it tells
  await writeFile(shard, bytes);
  const report = await verifyZarr({ path });
  expect(report).toMatchObject({ missingCount: 0, unreadableCount: 1 });
  expect(report.unreadable[0]).toMatch(/damaged\.zarr\/0: chunk \(0, 0, 2\) cannot be read/);
});

it('stops when cancelled', async () => {
  const path = join(folder, 'whole-3.zarr');
  await expect(verifyZarr({ path }, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
});
