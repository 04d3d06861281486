import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageSpec } from '@brushwood/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { omeZarr } from '../format.ts';
import { imageProblems, labelProblems, type OmeNode } from '../testing/ngff-rules.ts';
import { readJson } from '../testing/spec-reader.node.ts';
import { writeImage } from '../testing/write-image.node.ts';

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushwood-zarr-metadata-'));
});
afterAll(() => rm(folder, { recursive: true }));

const chunkShape = [1, 1, 4, 4, 4] as const;
const volume: ImageSpec = {
  axes: 'tzyxc',
  shape: [2, 2, 4, 10, 16],
  dtype: 'uint8',
  content: 'probabilities',
  voxelSize: { unit: 'micrometer', x: 0.5, y: 0.5, z: 2, t: 30, timeUnit: 'second', origin: { x: 10, z: -4 } },
  channelNames: ['nucleus', 'rest'],
  colors: [
    [255, 225, 25],
    [0, 130, 200],
  ],
  displayRange: [0, 200],
};
const labels: ImageSpec = {
  axes: 'zyx',
  shape: [1, 1, 4, 10, 16],
  dtype: 'uint8',
  content: 'labels',
  classNames: ['nucleus', 'rest'],
  colors: volume.colors,
};

async function write(spec: ImageSpec, version: 2 | 3): Promise<string> {
  const path = join(folder, `${++count}.ome.zarr`);
  await writeImage({ path }, spec, { layout: { chunkShape, version } });
  return path;
}

/** The attributes of a group; in 0.5 with what lies below `ome`, which has the version. */
function omeOf(version: 2 | 3, ...path: string[]): OmeNode {
  if (version === 2) return readJson<OmeNode>(...path, '.zattrs');
  const { attributes } = readJson<{ attributes: { ome: OmeNode } }>(...path, 'zarr.json');
  expect(attributes.ome.version).toBe('0.5');
  return attributes.ome;
}

describe.each<[string, 2 | 3]>([
  ['0.4', 2],
  ['0.5', 3],
])('OME-Zarr %s', (name, version) => {
  const own = version === 2 ? { version: '0.4' } : {};

  it('follows the rules of images', async () => {
    for (const spec of [volume, { ...volume, axes: 'yx', shape: [1, 1, 1, 9, 7] } as ImageSpec, labels]) {
      expect(imageProblems(omeOf(version, await write(spec, version)), name)).toEqual([]);
    }
  });

  it('says where every voxel of every level lies', async () => {
    const path = await write(volume, version);
    expect(omeOf(version, path)).toMatchObject({
      multiscales: [
        {
          ...own,
          name: 'probabilities',
          axes: [
            { name: 't', type: 'time', unit: 'second' },
            { name: 'c', type: 'channel' },
            { name: 'z', type: 'space', unit: 'micrometer' },
            { name: 'y', type: 'space', unit: 'micrometer' },
            { name: 'x', type: 'space', unit: 'micrometer' },
          ],
          datasets: [
            {
              path: '0',
              coordinateTransformations: [
                { type: 'scale', scale: [30, 1, 2, 0.5, 0.5] },
                { type: 'translation', translation: [0, 0, -4, 0, 10] },
              ],
            },
            {
              // Two voxels of 0.5 become one of 1, whose centre lies 0.25 after that of the first.
              path: '1',
              coordinateTransformations: [
                { type: 'scale', scale: [30, 1, 2, 1, 1] },
                { type: 'translation', translation: [0, 0, -4, 0.25, 10.25] },
              ],
            },
            {
              path: '2',
              coordinateTransformations: [
                { type: 'scale', scale: [30, 1, 2, 2, 2] },
                { type: 'translation', translation: [0, 0, -4, 0.75, 10.75] },
              ],
            },
          ],
        },
      ],
    });
  });

  it('writes no sizes that are none', async () => {
    const voxelSize = { unit: 'pixel', x: 0, y: Number.NaN, z: 3, origin: { x: Infinity } };
    const ome = omeOf(version, await write({ ...volume, voxelSize }, version));
    expect(imageProblems(ome, name)).toEqual([]);
    expect(ome).toMatchObject({
      multiscales: [{ datasets: [{ coordinateTransformations: [{ scale: [1, 1, 3, 1, 1] }] }, {}, {}] }],
    });
  });

  it('names, colours and windows the channels', async () => {
    const window = { min: 0, max: 255, start: 0, end: 200 };
    expect(omeOf(version, await write(volume, version))).toMatchObject({
      omero: {
        channels: [
          { label: 'nucleus', color: 'FFE119', window, active: true },
          { label: 'rest', color: '0082C8', window, active: true },
        ],
      },
    });
  });

  it('is read back', async () => {
    const source = await omeZarr.open({ path: await write(volume, version) });
    const { voxelSize, channelNames, displayRange } = volume;
    expect(source.info).toMatchObject({ fileAxes: 'tczyx', channelNames, displayRange });
    expect(source.info.voxelSize).toEqual({ ...voxelSize, origin: { x: 10, y: 0, z: -4, t: 0 } });
    expect(source.info.levels.map((level) => level.downsampling)).toEqual([
      [1, 1, 1, 1, 1],
      [1, 1, 1, 2, 2],
      [1, 1, 1, 4, 4],
    ]);
    await source.close();
  });

  it('shows labels as labels', async () => {
    const ome = omeOf(version, await write(labels, version));
    expect(labelProblems(ome, name)).toEqual([]);
    expect(ome['image-label']).toEqual({
      ...own,
      colors: [
        { 'label-value': 1, rgba: [255, 225, 25, 255] },
        { 'label-value': 2, rgba: [0, 130, 200, 255] },
      ],
      properties: [
        { 'label-value': 1, name: 'nucleus' },
        { 'label-value': 2, name: 'rest' },
      ],
    });
    expect(ome.omero).toBeUndefined();
  });

  it('puts labels into an image and lists them there', async () => {
    const path = await write(volume, version);
    for (const innerPath of ['labels/cells', 'labels/nuclei', 'labels/cells']) {
      await writeImage({ path, innerPath }, labels, { layout: { chunkShape }, overwrite: true });
    }
    expect(omeOf(version, path, 'labels')).toMatchObject({ labels: ['cells', 'nuclei'] });
    const ome = omeOf(version, path, 'labels', 'nuclei');
    expect(labelProblems(ome, name)).toEqual([]);
    expect(ome).toMatchObject({ 'image-label': { source: { image: '../../' } } });
    const [image, label] = [await omeZarr.open({ path }), await omeZarr.open({ path: `${path}/labels/nuclei` })];
    expect(image.info.shape).toEqual(volume.shape);
    expect(label.info.shape).toEqual(labels.shape);
  });

  it('makes the groups around an image that do not exist yet', async () => {
    const path = join(folder, `${++count}.zarr`);
    await writeImage({ path, innerPath: 'a/b' }, labels, { layout: { chunkShape, version } });
    expect(existsSync(join(path, version === 2 ? '.zgroup' : 'zarr.json'))).toBe(true);
    expect(existsSync(join(path, 'a', version === 2 ? '.zgroup' : 'zarr.json'))).toBe(true);
    expect((await omeZarr.open({ path, innerPath: 'a/b' })).info.shape).toEqual(labels.shape);
  });
});

it('an image in a hierarchy has its version', async () => {
  const path = await write(volume, 2);
  const create = (version: 3 | undefined) =>
    omeZarr.create!({ path, innerPath: 'labels/a' }, labels, { layout: { version } });
  await expect(create(3)).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining('version 2') });
  await expect(omeZarr.create!({ path, innerPath: '0/a' }, labels)).rejects.toMatchObject({ code: 'unsupported' });
  expect(existsSync(join(path, 'labels'))).toBe(false);
});

it('is written to local folders only', async () => {
  for (const location of [{ path: 'https://example.org/a.zarr' }, { path: 'a.zarr', blob: new Blob([]) }]) {
    await expect(omeZarr.create!(location, labels)).rejects.toMatchObject({ code: 'unsupported' });
  }
  await expect(omeZarr.create!({ path: join(folder, 'a.zarr'), innerPath: '../b' }, labels)).rejects.toMatchObject({
    code: 'unsupported',
  });
});
