import { existsSync } from 'node:fs';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { wholeRoi, type ImageSpec, type Shape5 } from '@brushwood/core';
import { imageSinkChecks, randomTensor, storageFormatChecks } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { tiff } from './format.ts';
import { buildTiffHeader, inverse } from './tiff-header.ts';
import { chooseLayout } from './choose-layout.ts';
import { fileLayout } from './describe-image.ts';
import { tiffWriteDtypes } from './tiff-sink.ts';

const folder = await temporaryFolder();

const small: Shape5 = [2, 3, 4, 7, 9];
const spec = (axes: string, shape: Shape5, extra: Partial<ImageSpec> = {}): ImageSpec => ({
  axes,
  shape,
  dtype: 'uint16',
  content: 'intensity',
  ...extra,
});

const specs: readonly [ImageSpec, ...ImageSpec[]] = [
  spec('tzcyx', small),
  ...tiffWriteDtypes.map((dtype) => spec('zyxc', [1, 2, 5, 7, 9], { dtype, content: 'probabilities' })),
  ...['tczyx', 'tzyxc', 'cztyx', 'zctxy', 'xyzct'].map((axes) => spec(axes, small)),
  ...['yxc', 'cyx', 'tzcyx'].map((axes) => spec(axes, [1, 3, 1, 7, 9], { dtype: 'float32' })),
  ...['yx', 'yxc', 'zyx', 'tzyxc'].map((axes) => spec(axes, [1, 1, 1, 7, 9], { dtype: 'uint8', content: 'labels' })),
  spec('yxc', [1, 3, 1, 7, 9], { dtype: 'uint8' }),
  spec('yxc', [1, 61, 1, 7, 9], { dtype: 'float64' }),
  spec('tyx', [3, 1, 1, 7, 9], { dtype: 'int32' }),
];

async function openedSink(asked: ImageSpec, name: string) {
  const location = { path: folder.file(`${name}.tif`) };
  const sink = await tiff.create!(location, asked, { overwrite: true });
  return { sink, reopen: async () => (existsSync(location.path) ? tiff.open(location) : undefined) };
}

describe('image sink checks: tiff', () => {
  for (const check of imageSinkChecks({ create: openedSink, specs, join: tiff.join! })) it(check.name, check.run);
});

describe('image sink checks: tiff with interleaved channels', () => {
  const create = (asked: ImageSpec, name: string) => openedSink(asked, `interleaved-${name}`);
  const subject = { create, specs: [spec('zyxc', [1, 2, 5, 7, 9])] as const, join: tiff.join! };
  for (const check of imageSinkChecks(subject)) it(check.name, check.run);
});

describe.each([
  ['ome', tiffWriteDtypes],
  ['imagej', ['uint8', 'uint16', 'float32']],
] as const)('image sink checks: tiff of the flavour %s', (flavour, dtypes) => {
  const create = async (asked: ImageSpec, name: string) => {
    const location = { path: folder.file(`${flavour}-${name}.tif`) };
    const sink = await tiff.create!(location, asked, { overwrite: true, layout: { flavour } });
    return { sink, reopen: async () => (existsSync(location.path) ? tiff.open(location) : undefined) };
  };
  const flavoured = [
    spec('tzcyx', small),
    ...['tczyx', 'xyzct', 'tzyxc'].map((axes) => spec(axes, small)),
    ...dtypes.map((dtype) => spec('zyxc', [1, 2, 3, 7, 9], { dtype, content: 'probabilities' })),
    spec('yxc', [1, 3, 1, 7, 9], { dtype: 'uint8' }),
    spec('yx', [1, 1, 1, 7, 9], { dtype: 'uint8', content: 'labels', colors: [[255, 0, 0]] }),
  ] as const;
  for (const check of imageSinkChecks({ create, specs: flavoured, join: tiff.join! })) it(check.name, check.run);
});

describe('storage format checks: tiff', async () => {
  const sample = { path: folder.file('sample.tif') };
  const sink = await tiff.create!(sample, spec('zyx', [1, 1, 3, 4, 5]));
  await sink.write(wholeRoi([1, 1, 3, 4, 5]), randomTensor('uint16', [1, 1, 3, 4, 5], 1));
  await sink.close();
  const foreign = { text: 'notes.tif', empty: 'empty.tif' };
  await writeFile(folder.file(foreign.text), 'II* is how a TIFF begins, but this is a text');
  await writeFile(folder.file(foreign.empty), '');
  const checks = storageFormatChecks({
    format: tiff,
    sample,
    foreign: [{ path: folder.file(foreign.empty) }, { path: folder.path }],
    missing: { path: folder.file('missing.tif') },
    createLocation: (name) => ({ path: folder.file(`${name}.tif`) }),
  });
  for (const check of checks) it(check.name, check.run);
});

/** Writes a random image and opens it again. */
async function roundTrip(asked: ImageSpec, name: string) {
  const { sink, reopen } = await openedSink(asked, name);
  await sink.write(wholeRoi(asked.shape), randomTensor(asked.dtype, asked.shape, 7));
  await sink.close();
  const source = (await reopen())!;
  await source.close();
  return source.info;
}

describe('what a written TIFF says of itself', () => {
  it.each(['tzcyx', 'tczyx', 'cztyx', 'zctxy', 'xyzct', 'tzyxc'])('axes %s come back', async (axes) => {
    expect((await roundTrip(spec(axes, small), `axes-${axes}`)).fileAxes).toBe(axes);
  });

  it.each([
    ['ImageJ', 'tzcyx'],
    ['shaped', 'tczyx'],
  ])('voxel sizes come back (%s)', async (_, axes) => {
    const voxelSize = { unit: 'micrometer', x: 0.1625, y: 0.25, z: 1.5, t: 0.5, timeUnit: 'second' };
    expect((await roundTrip(spec(axes, small, { voxelSize }), `size-${axes}`)).voxelSize).toEqual(voxelSize);
  });

  it('probabilities are shown from 0 to 1', async () => {
    const info = await roundTrip(
      spec('zcyx', [1, 2, 4, 7, 9], { dtype: 'float32', content: 'probabilities' }),
      'range',
    );
    expect(info.displayRange).toEqual([0, 1]);
  });

  const wishes = (flavour: string, asked: ImageSpec, name: string) =>
    tiff.create!({ path: folder.file(name) }, asked, { layout: { flavour } });

  it.each([
    ['imagej', 'zyxc', 'zcyx'],
    ['ome', 'xyzct', 'tzcyx'],
  ])('the flavour %s has its own order of planes', async (flavour, asked, found) => {
    const shape: Shape5 = flavour === 'ome' ? small : [1, 3, 4, 7, 9];
    const name = `order-${flavour}.tif`;
    const sink = await wishes(flavour, spec(asked, shape), name);
    await sink.close();
    const source = await tiff.open({ path: folder.file(name) });
    await source.close();
    expect(source.info.fileAxes).toBe(found);
  });

  it('OME-XML keeps sizes, units and names, also odd ones', async () => {
    const channelNames = ['nucleus <1>', 'Zellkörper & "Rest"', '背景'];
    const voxelSize = { unit: 'nanometer', x: 162.5, y: 250, z: 1500, t: 2, timeUnit: 'minute' };
    const path = folder.file('named.ome.tif');
    const sink = await tiff.create!({ path }, spec('tczyx', small, { channelNames, voxelSize }));
    await sink.close();
    const source = await tiff.open({ path });
    await source.close();
    expect(source.info).toMatchObject({ channelNames, voxelSize, shape: small, fileAxes: 'tzcyx' });
  });

  it('what a flavour cannot hold is refused', async () => {
    const asked = spec('zyx', [1, 1, 4, 7, 9], { dtype: 'int32' });
    await expect(wishes('imagej', asked, 'a.tif')).rejects.toMatchObject({
      code: 'unsupported-dtype',
      message: expect.stringContaining('ImageJ'),
    });
    await expect(wishes('geo', asked, 'b.tif')).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('imagej, ome, shaped'),
    });
    const zipped = tiff.create!({ path: folder.file('c.tif') }, asked, { layout: { compression: 'gzip' } });
    await expect(zipped).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining('gzip') });
    expect((await readdir(folder.path)).filter((name) => /^[abc]\.tif/.test(name))).toEqual([]);
  });

  it('the inverse of a short decimal is an exact fraction', () => {
    expect(inverse(0.1625)).toEqual([10000, 1625]);
    expect(inverse(2)).toEqual([1, 2]);
    const [numerator, denominator] = inverse(Math.PI);
    expect(denominator / numerator).toBeCloseTo(Math.PI, 8);
  });
});

describe('files beyond 4 GB', () => {
  it('become BigTIFF with offsets that fit', () => {
    const large = spec('zyx', [1, 1, 3000, 1024, 1024]);
    const header = buildTiffHeader(large, fileLayout(large, 'zyx', [3000, 1024, 1024]));
    expect(header.isBigTiff).toBe(true);
    expect(header.fileBytes).toBe(header.dataStart + 3000 * 1024 * 1024 * 2);
  });

  it('stay classic below', () => {
    const medium = spec('zyx', [1, 1, 2000, 1024, 1024]);
    expect(buildTiffHeader(medium, fileLayout(medium, 'zyx', [2000, 1024, 1024])).isBigTiff).toBe(false);
  });

  it('become BigTIFF in every flavour, with the last plane at its place', () => {
    const large = spec('zyxc', [1, 2, 1500, 1024, 1024]);
    for (const flavour of ['ome', 'imagej']) {
      const layout = chooseLayout('large.tif', large, flavour);
      const header = buildTiffHeader(large, layout);
      expect(header.isBigTiff).toBe(true);
      expect(header.fileBytes).toBe(header.dataStart + 3000 * 2 ** 21);
    }
  });

  it('are written sparsely and read at their far end', async () => {
    const shape: Shape5 = [1, 1, 4200, 1024, 1024];
    const { sink, reopen } = await openedSink(spec('zyx', shape, { dtype: 'uint8' }), 'large');
    const box = { start: [0, 0, 4198, 1018, 968], stop: [1, 1, 4200, 1024, 1024] } as const;
    const values = randomTensor('uint8', [1, 1, 2, 6, 56], 3);
    await sink.write(box, values);
    await sink.close();
    const source = (await reopen())!;
    expect((await source.read(box)).data).toEqual(values.data);
    await source.close();
  });
});

describe('where a TIFF cannot be written', () => {
  it('missing folders are made', async () => {
    await roundTrip(spec('yx', [1, 1, 1, 4, 5]), 'new/folder/image');
    expect(existsSync(folder.file('new/folder/image.tif'))).toBe(true);
  });

  it('a folder of that name is named as the reason', async () => {
    await mkdir(folder.file('folder.tif'));
    const create = tiff.create!({ path: folder.file('folder.tif') }, spec('yx', [1, 1, 1, 4, 5]), { overwrite: true });
    await expect(create).rejects.toMatchObject({
      code: 'write-failed',
      message: expect.stringContaining('a folder of that name'),
    });
  });

  it('a file in place of a folder is write-failed with the path', async () => {
    await writeFile(folder.file('file'), 'text');
    const path = folder.file('file/image.tif');
    const create = tiff.create!({ path }, spec('yx', [1, 1, 1, 4, 5]));
    await expect(create).rejects.toMatchObject({ code: 'write-failed', message: expect.stringContaining(path) });
  });

  it('an aborted sink leaves neither the file nor its partial', async () => {
    const { sink } = await openedSink(spec('yx', [1, 1, 1, 4, 5]), 'aborted');
    await sink.write(wholeRoi([1, 1, 1, 4, 5]), randomTensor('uint16', [1, 1, 1, 4, 5], 1));
    await sink.abort();
    expect((await readdir(folder.path)).filter((name) => name.startsWith('aborted'))).toEqual([]);
  });

  it('refuses a file that another sink writes, and replaces what a killed process left', async () => {
    const path = folder.file('shared.tif');
    const first = await tiff.create!({ path }, spec('yx', [1, 1, 1, 4, 5]));
    await expect(tiff.create!({ path }, spec('yx', [1, 1, 1, 4, 5]))).rejects.toMatchObject({ code: 'locked' });
    await first.abort();
    await writeFile(`${path}.partial`, 'half');
    await expect(tiff.create!({ path }, spec('yx', [1, 1, 1, 4, 5]))).rejects.toMatchObject({ code: 'already-exists' });
    // Above Linux' largest process number: that one ended.
    await writeFile(
      `${path}.partial.lock`,
      JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), startedAt: 0, token: 't' }),
    );
    const sink = await tiff.create!({ path }, spec('yx', [1, 1, 1, 4, 5]));
    await sink.close();
    expect(await tiff.probe({ path })).toBe(true);
    expect((await readdir(folder.path)).filter((name) => name.startsWith('shared'))).toEqual(['shared.tif']);
  });

  it('a sink that is closed leaves the file alone', async () => {
    await roundTrip(spec('yx', [1, 1, 1, 4, 5]), 'alone');
    expect((await readdir(folder.path)).filter((name) => name.startsWith('alone'))).toEqual(['alone.tif']);
    expect((await stat(folder.file('alone.tif'))).size).toBeGreaterThan(40);
  });

  it('integers of 64 bits are refused without naming a format that would not help', async () => {
    const asked = spec('yx', [1, 1, 1, 4, 5], { dtype: 'int64' });
    const error = await tiff.create!({ path: folder.file('int64.tif') }, asked).catch(String);
    expect(error).toMatch(/int32, float32, float64, not int64\. Choose one of them\.$/);
  });

  it('axes that leave out a long axis are refused', async () => {
    const create = tiff.create!({ path: folder.file('axes.tif') }, spec('yx', [1, 2, 1, 4, 5]));
    await expect(create).rejects.toMatchObject({ code: 'axes-mismatch' });
  });
});
