import { readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cropTensor, type ImageLayout, type ImageSpec, type Shape5, type Tensor, wholeRoi } from '@brushwood/core';
import { randomTensor } from '@brushwood/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { omeZarr } from '../format.ts';
import { unitsOf, writeImage } from '../testing/write-image.node.ts';
import { downsample } from './downsample.ts';

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushwood-zarr-pyramid-'));
});
afterAll(() => rm(folder, { recursive: true }));

const newPath = () => join(folder, `${++count}.zarr`);

async function levelsOf(path: string): Promise<{ levels: Tensor[]; factors: Shape5[] }> {
  const source = await omeZarr.open({ path });
  const { levels } = source.info;
  const tensors = await Promise.all(levels.map(({ shape }, level) => source.read(wholeRoi(shape), { level })));
  const factors = levels
    .slice(1)
    .map(({ downsampling }, i) => downsampling.map((factor, axis) => factor / levels[i]!.downsampling[axis]!));
  await source.close();
  return { levels: tensors, factors: factors as unknown as Shape5[] };
}

async function expectPyramid(path: string, image: Tensor, reduction: 'mean' | 'mode'): Promise<void> {
  const { levels, factors } = await levelsOf(path);
  expect(levels[0]).toEqual(image);
  expect(levels.length).toBeGreaterThan(1);
  for (const [i, factor] of factors.entries()) expect(levels[i + 1]).toEqual(downsample(levels[i]!, factor, reduction));
}

const volume: ImageSpec = { axes: 'tczyx', shape: [2, 2, 9, 19, 13], dtype: 'uint8', content: 'probabilities' };
const layouts: [string, ImageLayout][] = [
  ['units of whole chunks of the next level', { chunkShape: [1, 1, 2, 4, 4], shardShape: [1, 1, 4, 8, 8] }],
  ['units of half a chunk of the next level', { chunkShape: [1, 1, 4, 4, 4], shardShape: [1, 1, 4, 4, 4] }],
  ['units three chunks long', { chunkShape: [1, 2, 2, 4, 3], shardShape: [1, 2, 6, 12, 9] }],
  ['version 2', { chunkShape: [1, 1, 2, 4, 4], shardShape: [1, 1, 4, 8, 8], version: 2 }],
  ['one unit', { chunkShape: [1, 1, 16, 8, 8], shardShape: [1, 2, 16, 32, 32], compression: 'none' }],
];

describe.each(layouts)('levels of an image of %s', (_, layout) => {
  it('are means, each of the one before', async () => {
    const path = newPath();
    const image = randomTensor('uint8', volume.shape, 1);
    await writeImage({ path }, volume, { layout, image });
    await expectPyramid(path, image, 'mean');
  });

  it('are the most frequent labels', async () => {
    const path = newPath();
    const image = randomTensor('uint8', [1, 1, 9, 19, 13], 2);
    for (let i = 0; i < image.data.length; i++) image.data[i] = Number(image.data[i]) % 3;
    await writeImage({ path }, { ...volume, shape: image.shape, content: 'labels' }, { layout, image });
    await expectPyramid(path, image, 'mode');
  });
});

it('what was kept of a unit for the next level is read from the unit again if it is lost or damaged', async () => {
  const path = newPath();
  const layout = layouts[0]![1];
  const image = randomTensor('uint8', volume.shape, 3);
  const sink = await omeZarr.create!({ path }, volume, { layout, resume: { fingerprint: 'a' } });
  for (const unit of unitsOf(sink)) await sink.write(unit, cropTensor(image, unit));
  const kept = readdirSync(`${path}.partial/.reduced`, { recursive: true, withFileTypes: true }).filter((e) =>
    e.isFile(),
  );
  expect(kept).toHaveLength(unitsOf(sink).length);
  writeFileSync(join(kept[0]!.parentPath, kept[0]!.name), 'damaged');
  await rm(join(kept.at(-1)!.parentPath, kept.at(-1)!.name));
  await sink.close();
  await expectPyramid(path, image, 'mean');
});
