import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { dtypes, wholeRoi, type ImageSpec, type Shape5 } from '@brushwood/core';
import { imageSinkChecks, imageSourceChecks, randomTensor, storageFormatChecks } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { compressedHdf5, hdf5 } from './format.ts';
import { fixturePath, temporaryFolder } from './testing/temporary-folder.node.ts';

const folder = temporaryFolder();
const variants = fixturePath('hdf5/variants.h5');
const single = fixturePath('hdf5/single.h5');

async function valuesOf(path: string, innerPath?: string, axes?: string) {
  const source = await hdf5.open({ path, innerPath }, { axes });
  try {
    return { info: source.info, data: [...(await source.read(wholeRoi(source.info.shape))).data] };
  } finally {
    await source.close();
  }
}

describe('hdf5: the kits', () => {
  const text = join(folder, 'text.h5');
  writeFileSync(text, 'no HDF5 at all');
  writeFileSync(join(folder, 'empty.h5'), '');
  const checks = storageFormatChecks({
    format: hdf5,
    sample: { path: variants, innerPath: 'axes/last-five' },
    foreign: [text, join(folder, 'empty.h5'), fixturePath('hdf5/elsewhere.raw'), folder].map((path) => ({ path })),
    missing: { path: join(folder, 'missing.h5') },
    createLocation: (name) => ({ path: join(folder, `${name}.h5`) }),
  });
  for (const check of checks) it(check.name, check.run);
});

describe('compressed-hdf5: the kits', () => {
  const checks = storageFormatChecks({
    format: compressedHdf5,
    sample: { path: single, innerPath: 'volume/data' },
    foreign: [],
    missing: { path: join(folder, 'missing.h5') },
    createLocation: (name) => ({ path: join(folder, `compressed-${name}.h5`) }),
  });
  for (const check of checks) it(check.name, check.run);
});

describe('hdf5: a chunked, compressed source', () => {
  const whole = Uint16Array.from({ length: 70 * 50 }, (_, i) => i);
  const checks = imageSourceChecks({
    open: () => hdf5.open({ path: variants, innerPath: 'gzip' }),
    whole: { data: whole, shape: [1, 1, 1, 70, 50] },
  });
  for (const check of checks) it(check.name, check.run);
});

const shape: Shape5 = [2, 3, 4, 5, 6];
const orders = ['tzyxc', 'zyxc', 'yx', 'xyzct', 'cyx', 'tczyx'];
const specs = [
  { axes: 'zyx', shape: [1, 1, 40, 120, 125], dtype: 'uint8', content: 'intensity' },
  ...dtypes.map((dtype) => ({ axes: 'tzyxc', shape, dtype, content: 'intensity' })),
  ...orders.map((axes) => ({
    axes,
    shape: [...'tczyx'].map((axis, i) => (axes.includes(axis) ? shape[i]! : 1)),
    dtype: 'float32',
    content: 'probabilities',
  })),
] as unknown as [ImageSpec, ...ImageSpec[]];

describe.each([hdf5, compressedHdf5])('$id: the sink', (format) => {
  const checks = imageSinkChecks({
    specs,
    async create(spec, name) {
      const path = join(folder, `${format.id}-${name}.h5`);
      const sink = await format.create!({ path }, spec);
      return { sink, reopen: async () => (existsSync(path) ? hdf5.open({ path }) : undefined) };
    },
  });
  for (const check of checks) it(check.name, check.run);
});

describe('hdf5: element types', () => {
  const names = { u1: 'uint8', i1: 'int8', u2: 'uint16', i2: 'int16', u4: 'uint32', i4: 'int32' };
  const wide = { u8: 'uint64', i8: 'int64', f4: 'float32', f8: 'float64' };
  const ramp = Array.from({ length: 24 }, (_, i) => i);

  it.each(Object.entries({ ...names, ...wide }))('reads big-endian %s as %s', async (name, dtype) => {
    const { info, data } = await valuesOf(variants, `big-endian/${name}`, 'zyx');
    expect(info.dtype).toBe(dtype);
    expect(data.map(Number)).toEqual(ramp);
  });
  it('keeps 64-bit integers exact', async () => {
    expect((await valuesOf(variants, 'native/u8')).data[0]).toBe(2n ** 64n - 1n);
    expect((await valuesOf(variants, 'native/i8')).data[0]).toBe(-(2n ** 63n));
  });
  it('reads booleans as uint8', async () => {
    const { info, data } = await valuesOf(variants, 'bool', 'zyx');
    expect(info.dtype).toBe('uint8');
    expect(data).toEqual(ramp.map((i) => i % 2));
  });
  it.each(['float16', 'compound', 'text-fixed'])('refuses %s by its name', async (innerPath) => {
    await expect(hdf5.open({ path: variants, innerPath })).rejects.toMatchObject({ code: 'unsupported-dtype' });
  });
});

describe('hdf5: axes', () => {
  it.each([
    ['axistags before all others', 'axes/axistags', 'xyc'],
    ['axes reversed where axistags are unknown', 'axes/unknown-axistags', 'tyx'],
    ['axes reversed', 'axes/neuroglancer', 'tyx'],
    ['the labels of the dimensions', 'axes/labels', 'tyx'],
    ['channels last if there are at most four', 'axes/nothing', 'yxc'],
    ['a volume if the last axis is longer', 'axes/last-five', 'zyx'],
  ])('takes %s', async (_, innerPath, axes) => {
    expect((await valuesOf(variants, innerPath)).info.fileAxes).toBe(axes);
  });
  it('puts the voxels where the axes say', async () => {
    // Shape (x 2, y 3, c 4): element (x, y, c) is 12 x + 4 y + c.
    const { info, data } = await valuesOf(variants, 'axes/axistags');
    expect(info.shape).toEqual([1, 4, 1, 3, 2]);
    expect(data.slice(0, 6)).toEqual([0, 12, 4, 16, 8, 20]);
  });
  it('lets the caller override them', async () => {
    expect((await valuesOf(variants, 'axes/axistags', 'zyx')).info.shape).toEqual([1, 1, 2, 3, 4]);
  });
  it('reads the range to display', async () => {
    expect((await valuesOf(variants, 'axes/axistags')).info.displayRange).toEqual([3, 17]);
  });
  it('reads voxel sizes of vigra and of Fiji', async () => {
    const size = (await valuesOf(variants, 'axes/resolution')).info.voxelSize;
    expect(size).toMatchObject({ unit: 'micrometer', z: 0.5, y: 0.25, x: 0.125 });
    const fiji = (await valuesOf(variants, 'axes/element-size')).info.voxelSize;
    expect(fiji).toEqual({ unit: 'micrometer', z: 2, y: 0.5, x: 0.25 });
  });
});

describe('hdf5: datasets of a file', () => {
  it('needs no name if there is one image', async () => {
    expect((await valuesOf(single)).info.shape).toEqual([1, 4, 1, 2, 3]);
  });
  it('names the datasets if there are several', async () => {
    await expect(hdf5.open({ path: variants })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('axes/axistags (2, 3, 4) uint8'),
    });
  });
  it('names the datasets if the one asked for is missing', async () => {
    await expect(hdf5.open({ path: single, innerPath: 'volume/dta' })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('volume/data'),
    });
  });
  it('follows a link inside the file', async () => {
    expect((await valuesOf(variants, 'soft-inside')).info.shape).toEqual([1, 4, 1, 2, 3]);
  });
  it.each(['external-link', 'external-group/secret', 'external-storage', 'virtual'])(
    'never follows a pointer out of the file: %s',
    async (innerPath) => {
      const copy = join(folder, 'pointers.h5');
      copyFileSync(variants, copy);
      copyFileSync(fixturePath('hdf5/elsewhere.h5'), join(folder, 'elsewhere.h5'));
      copyFileSync(fixturePath('hdf5/elsewhere.raw'), join(folder, 'elsewhere.raw'));
      const before = process.cwd();
      process.chdir(folder); // external storage is sought in the current folder
      try {
        await expect(valuesOf(copy, innerPath)).rejects.toMatchObject({ code: 'unsupported' });
      } finally {
        process.chdir(before);
      }
    },
  );
  it.each([
    ['soft-broken', 'unsupported'],
    ['loop', 'broken-file'],
  ])('refuses a link to nowhere: %s', async (innerPath, code) => {
    await expect(hdf5.open({ path: variants, innerPath })).rejects.toMatchObject({ code });
  });
});

describe('hdf5: damaged files', () => {
  const bytes = readFileSync(single);
  it.each([8, 47, 96, 1000, 4096, bytes.length - 1])(
    'says so when a file is cut off after %i bytes',
    async (length) => {
      const path = join(folder, `cut-${length}.h5`);
      writeFileSync(path, bytes.subarray(0, length));
      await expect(valuesOf(path)).rejects.toMatchObject({ code: 'broken-file' });
    },
  );
  it.each([8, 13, 14, 40, 64])('says so when byte %i of the superblock is flipped', async (at) => {
    const path = join(folder, `flipped-${at}.h5`);
    const flipped = Uint8Array.from(bytes);
    flipped[at]! ^= 0xff;
    writeFileSync(path, flipped);
    await expect(valuesOf(path)).rejects.toMatchObject({ code: expect.stringMatching(/broken-file|not-found/) });
  });
  it('never gives zeros for a chunk that cannot be decoded', async () => {
    const data = readFileSync(variants);
    // The deflate streams of "gzip" begin with 78 5e: spoil what follows.
    let spoiled = 0;
    for (let i = 0; i + 12 < data.length; i++) {
      if (data[i] !== 0x78 || data[i + 1] !== 0x5e) continue;
      data.fill(0xa5, i + 2, i + 12);
      spoiled++;
    }
    expect(spoiled).toBeGreaterThan(0);
    const path = join(folder, 'spoiled.h5');
    writeFileSync(path, data);
    await expect(valuesOf(path, 'gzip')).rejects.toMatchObject({ code: 'broken-file' });
  });
  it('still reads other files after such failures', async () => {
    expect((await valuesOf(variants, 'native/u1')).data).toHaveLength(24);
  });
});

describe('hdf5: what it writes', () => {
  it('looks like an export of ilastik', async () => {
    const path = join(folder, 'export.h5');
    const spec: ImageSpec = {
      axes: 'yxc',
      shape: [1, 2, 1, 700, 900],
      dtype: 'float32',
      content: 'probabilities',
      displayRange: [0, 1],
      voxelSize: { unit: 'micrometer', x: 0.5, y: 0.25 },
    };
    const image = randomTensor(spec.dtype, spec.shape, 7);
    const sink = await hdf5.create!({ path }, spec);
    await sink.write(wholeRoi(spec.shape), image);
    await sink.close();
    expect(await hdf5.list!({ path })).toEqual([
      { innerPath: 'exported_data', shape: [700, 900, 2], dtype: 'float32' },
    ]);
    const source = await hdf5.open({ path });
    const { fileAxes, displayRange, voxelSize, levels } = source.info;
    await source.close();
    expect({ fileAxes, displayRange }).toEqual({ fileAxes: 'yxc', displayRange: [0, 1] });
    expect(voxelSize).toMatchObject({ unit: 'micrometer', x: 0.5, y: 0.25 });
    expect(levels[0]!.chunkShape).toEqual([1, 1, 1, 357, 358]);
  });
  it.each([
    ['compressed-hdf5', compressedHdf5, [1, 1, 1, 357, 358]],
    ['hdf5', hdf5, [1, 1, 1, 1, 1]],
  ] as const)('%s writes the same units whatever the values and the order of axes', async (id, format, unit) => {
    const units = [];
    for (const [i, [dtype, axes, channels]] of (
      [
        ['float32', 'yxc', 2],
        ['uint8', 'yxc', 1],
        ['float64', 'cxy', 2],
      ] as const
    ).entries()) {
      const spec: ImageSpec = { axes, shape: [1, channels, 1, 900, 900], dtype, content: 'intensity' };
      const sink = await format.create!({ path: join(folder, `${id}-unit-${i}.h5`) }, spec);
      units.push(sink.writeShape);
      await sink.abort();
    }
    expect(units).toEqual([unit, unit, unit]);
  });
  it('goes to the dataset that is asked for', async () => {
    const location = { path: join(folder, 'inner.h5'), innerPath: 'volume/raw' };
    const sink = await hdf5.create!(location, {
      axes: 'yx',
      shape: [1, 1, 1, 3, 4],
      dtype: 'uint8',
      content: 'labels',
    });
    await sink.close();
    expect((await hdf5.list!(location)).map((entry) => entry.innerPath)).toEqual(['volume/raw']);
  });
  it('refuses a file that another sink writes, and replaces what a killed process left', async () => {
    const spec: ImageSpec = { axes: 'yx', shape: [1, 1, 1, 3, 4], dtype: 'uint8', content: 'labels' };
    const path = join(folder, 'shared.h5');
    const first = await hdf5.create!({ path }, spec);
    await expect(hdf5.create!({ path }, spec)).rejects.toMatchObject({ code: 'locked' });
    await first.abort();
    writeFileSync(`${path}.partial`, 'half');
    await expect(hdf5.create!({ path }, spec)).rejects.toMatchObject({ code: 'already-exists' });
    // Above Linux' largest process number: that one ended.
    writeFileSync(
      `${path}.partial.lock`,
      JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), startedAt: 0, token: 't' }),
    );
    const sink = await hdf5.create!({ path }, spec);
    await sink.close();
    expect(await hdf5.probe({ path })).toBe(true);
    expect(readdirSync(folder).filter((name) => name.startsWith('shared'))).toEqual(['shared.h5']);
  });
  it('leaves nothing behind where it cannot write', async () => {
    const spec: ImageSpec = { axes: 'yx', shape: [1, 1, 1, 3, 4], dtype: 'uint8', content: 'labels' };
    const path = join(folder, 'no-such-folder', 'a.h5');
    await expect(hdf5.create!({ path }, spec)).rejects.toMatchObject({ code: 'write-failed' });
  });
  it('refuses axes that would lose voxels', async () => {
    const spec: ImageSpec = { axes: 'yx', shape: [1, 2, 1, 3, 4], dtype: 'uint8', content: 'intensity' };
    const create = hdf5.create!({ path: join(folder, 'lost.h5') }, spec);
    await expect(create).rejects.toMatchObject({ code: 'unsupported' });
  });
  it('leaves no unfinished file of any of these tests', () => {
    expect(readdirSync(folder).filter((name) => name.includes('.partial'))).toEqual([]);
  });
});
