import { createTensor, type Dtype, type TypedArray } from '@brushwood/core';
import { readdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampleFolder } from '../testing/sample-folder.ts';
import { numbersOf, readImage, sampleImage, writeImage } from '../testing/sample-project.ts';

const shape = [1, 1, 5, 40, 48] as const;
const voxelSize = { unit: 'micrometer', x: 0.5, y: 0.25, z: 2 };

interface ImageFacts {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly fileAxes: string;
  readonly voxelSize?: { readonly x?: number; readonly origin?: { readonly x?: number; readonly z?: number } };
  readonly channelNames?: readonly string[];
  readonly levels: readonly { readonly chunkShape: readonly number[]; readonly shape: readonly number[] }[];
}

let folder: SampleFolder;
let volume: readonly number[];
beforeAll(async () => {
  folder = await SampleFolder.make();
  const image = sampleImage(shape);
  volume = numbersOf(image);
  await writeImage(folder.at('volume.tif'), image, { voxelSize, displayRange: [0, 200] });
  await writeImage(folder.at('in/a_1.npy'), sampleImage([1, 1, 1, 20, 24], 1));
  await writeImage(folder.at('in/a_2.npy'), sampleImage([1, 1, 1, 20, 24], 2));
  await writeFile(folder.at('in/a_3.npy'), 'broken');
});
afterAll(() => folder.remove());

const info = (name: string) => folder.json<ImageFacts>(`info ${name}`);

describe('brushwood convert', () => {
  it.each([
    ['volume.tif', 'copy.zarr'],
    ['copy.zarr', 'copy2.zarr --zarr-version 2'],
    ['copy2.zarr', 'copy.h5/raw/data'],
    ['copy.h5/raw/data', 'again.tif'],
    ['again.tif', 'copy.npy'],
  ])('keeps every value, and the voxel size where the format has one: %s to %s', async (from, target) => {
    await folder.run(`convert ${from} ${target}`);
    const name = target.split(' ')[0]!;
    const [file, ...inner] = name.split(/(?<=\.h5)\//);
    expect(await folder.values(file!, inner[0])).toEqual(volume);
    const facts = await info(name);
    expect([facts.dtype, facts.shape]).toEqual(['uint8', [...shape]]);
    if (!name.endsWith('.npy')) expect(facts.voxelSize).toMatchObject(voxelSize);
  });

  it('cuts out a box that keeps its place, in the axes and chunks asked for', async () => {
    await folder.run(
      'convert volume.tif part.zarr --roi 1:4,:,16:48 --output-axes tczyx --chunk 2,16,16 --zarr-shard 2,32,32',
    );
    const box = [];
    for (let z = 1; z < 4; z++)
      for (let y = 0; y < 40; y++) for (let x = 16; x < 48; x++) box.push(volume[(z * 40 + y) * 48 + x]!);
    expect(await folder.values('part.zarr')).toEqual(box);
    const facts = await info('part.zarr');
    expect([facts.fileAxes, facts.shape, facts.levels[0]!.chunkShape]).toEqual([
      'tczyx',
      [1, 1, 3, 40, 32],
      [1, 1, 2, 16, 16],
    ]);
    expect(facts.voxelSize?.origin).toMatchObject({ x: 16 * 0.5, z: 2 });
  });

  it('takes a smaller resolution: --level', async () => {
    await folder.run('convert volume.tif levels.zarr --chunk 2,16,16');
    const { levels } = await info('levels.zarr');
    expect(levels.length).toBeGreaterThan(1);
    await folder.run('convert levels.zarr small.npy --level 1');
    expect((await readImage(folder.at('small.npy'))).shape).toEqual(levels[1]!.shape);
  });

  it('makes one volume of slices: --stack', async () => {
    await folder.run('convert in/a_[12].npy stack.h5/raw --stack z');
    const values = [...(await folder.values('in/a_1.npy')), ...(await folder.values('in/a_2.npy'))];
    expect(await folder.values('stack.h5', 'raw')).toEqual(values);
  });

  it('converts a folder into another, goes on behind a broken image, and fails then', async () => {
    const run = await folder.try('convert in out/ --format tiff --json');
    expect(run.exitCode).toBe(1);
    expect(JSON.parse(run.stdout)).toMatchObject({ failures: [{ input: 'in/a_3.npy' }] });
    expect(await readdir(folder.at('out'))).toEqual(['a_1.tif', 'a_2.tif']);
    expect(await folder.values('out/a_2.tif')).toEqual(await folder.values('in/a_2.npy'));
  });
});

describe('brushwood convert into another dtype', () => {
  const write = (name: string, data: TypedArray) =>
    writeImage(folder.at(name), createTensor(data, [1, 1, 1, 1, data.length]));

  it('keeps values exactly, or refuses', async () => {
    await write('high.npy', Uint16Array.of(0, 255, 300));
    const refused = await folder.try('convert high.npy low.npy --dtype uint8');
    expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('holds 300')]);
    expect((await readdir(folder.path)).filter((name) => name.startsWith('low.npy'))).toEqual([]);
    await folder.run('convert high.npy wide.npy --dtype float32');
    expect((await readImage(folder.at('wide.npy'))).data).toEqual(Float32Array.of(0, 255, 300));
  });

  it('scales from the range of the dtype, or from one to another', async () => {
    await write('deep.npy', Uint16Array.of(0, 32_768, 65_535));
    await folder.run('convert deep.npy eight.npy --dtype uint8 --scale');
    expect(await folder.values('eight.npy')).toEqual([0, 128, 255]);
    await folder.run('convert deep.npy tenth.npy --renormalize 0:65535 0:10');
    expect(await folder.values('tenth.npy')).toEqual([0, 5, 10]);
  });
});

describe('brushwood convert refuses', () => {
  it.each([
    ['an output that exists', 'convert volume.tif in/a_1.npy', 1, /exists already.*--force/],
    ['the image itself as output', 'convert volume.tif volume.tif --force', 2, /would be lost/],
    ['two images into one', 'convert in/a_1.npy in/a_2.npy one.tif', 2, /both be written.*\{nickname\}/],
    ['an output without a format', 'convert volume.tif copy.jpg', 1, /which format to write/],
    ['no output', 'convert volume.tif', 2, /brushwood convert IN OUT/],
    ['two ways to scale', 'convert volume.tif x.npy --scale --renormalize 0:1 0:2', 2, /not both/],
    ['an image that is not there', 'convert no.tif x.npy', 1, /no file "no.tif"/],
  ] as const)('%s', async (_, line, exitCode, message) => {
    const run = await folder.try(line);
    expect([run.exitCode, run.stderr]).toEqual([exitCode, expect.stringMatching(message)]);
  });

  it('replaces no image that it is still to read, and adds datasets beside others', async () => {
    await writeImage(folder.at('keep/x.npy'), sampleImage([1, 1, 1, 20, 24], 3));
    await writeImage(folder.at('keep/x_copy.npy'), sampleImage([1, 1, 1, 20, 24], 4));
    const before = numbersOf(await readImage(folder.at('keep/x_copy.npy')));
    const lost = await folder.try('convert keep/x.npy keep/x_copy.npy keep/{nickname}_copy.npy --force');
    expect([lost.exitCode, lost.stderr]).toEqual([2, expect.stringContaining('would be lost')]);
    expect(numbersOf(await readImage(folder.at('keep/x_copy.npy')))).toEqual(before);
    await folder.run('convert keep/x.npy keep/both.h5/one');
    await folder.run('convert keep/x_copy.npy keep/both.h5/two');
    expect(numbersOf(await readImage(folder.at('keep/both.h5'), 'two'))).toEqual(before);
  });
});
