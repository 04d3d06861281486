import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wholeRoi, type CreateImageOptions, type ImageLocation, type ImageSpec, type Shape5 } from '@brushwood/core';
import { randomTensor } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { compressedHdf5, hdf5 } from './format.ts';
import { Hdf5File } from './hdf5-file.ts';
import { fixturePath, temporaryFolder } from './testing/temporary-folder.node.ts';

const folder = temporaryFolder();
const reference = process.env['BRUSHWOOD_REFERENCE'];
const spec = (shape: Shape5 = [1, 1, 3, 4, 5], extra: Partial<ImageSpec> = {}): ImageSpec => ({
  axes: 'zyx',
  shape,
  dtype: 'uint8',
  content: 'intensity',
  ...extra,
});

async function write(
  location: ImageLocation,
  asked: ImageSpec,
  { seed = 1, ...options }: CreateImageOptions & { seed?: number } = {},
) {
  const sink = await hdf5.create!(location, asked, options);
  await sink.write(wholeRoi(asked.shape), randomTensor(asked.dtype, asked.shape, seed));
  await sink.close();
}

async function read(location: ImageLocation) {
  const source = await hdf5.open(location);
  try {
    return { info: source.info, data: (await source.read(wholeRoi(source.info.shape))).data };
  } finally {
    await source.close();
  }
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: { code: string }) => error.code,
  );

/** A copy of the file with datasets of all kinds, links and compound types. */
function filled(name: string): string {
  const path = join(folder, name);
  copyFileSync(fixturePath('hdf5/variants.h5'), path);
  return path;
}

describe('a file that exists', () => {
  it('gets a named dataset beside those it has', async () => {
    const path = filled('beside.h5');
    const before = await hdf5.list!({ path });
    await write({ path, innerPath: 'results/new/probabilities' }, spec());
    const after = await hdf5.list!({ path });
    expect(after).toHaveLength(before.length + 1);
    expect(after).toEqual(expect.arrayContaining(before as unknown[]));
    for (const innerPath of ['gzip', 'native/u8', 'axes/axistags']) {
      expect(await read({ path, innerPath })).toEqual(await read({ path: fixturePath('hdf5/variants.h5'), innerPath }));
    }
    const { info, data } = await read({ path, innerPath: 'results/new/probabilities' });
    expect(info.fileAxes).toBe('zyx');
    expect(data).toEqual(randomTensor('uint8', [1, 1, 3, 4, 5], 1).data);
  });

  it('keeps its other datasets also when it may be overwritten', async () => {
    const path = filled('kept.h5');
    await write({ path }, spec(), { overwrite: true });
    expect((await hdf5.list!({ path })).map(({ innerPath }) => innerPath)).toContain('gzip');
    expect((await read({ path, innerPath: 'exported_data' })).info.shape).toEqual([1, 1, 3, 4, 5]);
  });

  it('has a dataset of the same kind filled anew, attributes included', async () => {
    const path = filled('refilled.h5');
    const location = { path, innerPath: 'volume/raw' };
    await write(location, spec([1, 1, 3, 4, 5], { displayRange: [0, 9], voxelSize: { unit: 'nanometer', x: 2 } }));
    const changed = spec([1, 1, 3, 4, 5], { displayRange: [3, 4] });
    expect(await codeOf(write(location, changed))).toBe('already-exists');
    await write(location, changed, { overwrite: true, seed: 2 });
    const { info, data } = await read(location);
    expect(data).toEqual(randomTensor('uint8', [1, 1, 3, 4, 5], 2).data);
    expect([info.displayRange, info.voxelSize]).toEqual([[3, 4], undefined]);
  });

  it('is replaced as a whole if it holds nothing else', async () => {
    const location = { path: join(folder, 'alone.h5'), innerPath: 'a/b' };
    await write(location, spec());
    await write(location, spec([1, 1, 1, 7, 8], { axes: 'yx', dtype: 'float32' }), { overwrite: true });
    expect(await hdf5.list!(location)).toEqual([{ innerPath: 'a/b', shape: [7, 8], dtype: 'float32' }]);
  });

  it.each([
    ['not named, without leave to overwrite', undefined, {}, 'already-exists'],
    ['of another shape beside others', 'gzip', { overwrite: true }, 'unsupported'],
    ['in the place of a group', 'axes', { overwrite: true }, 'unsupported'],
  ] as const)('is left as it is for a dataset %s', async (_, innerPath, options, code) => {
    const path = filled('left.h5');
    expect(await codeOf(write({ path, innerPath }, spec(), options))).toBe(code);
    expect(readFileSync(path).equals(readFileSync(fixturePath('hdf5/variants.h5')))).toBe(true);
  });

  it('is left as it is by a sink that is given up', async () => {
    const path = filled('given-up.h5');
    const sink = await hdf5.create!({ path, innerPath: 'new' }, spec());
    await sink.write(wholeRoi([1, 1, 3, 4, 5]), randomTensor('uint8', [1, 1, 3, 4, 5], 1));
    expect(readFileSync(path).equals(readFileSync(fixturePath('hdf5/variants.h5')))).toBe(true);
    await sink.abort();
    expect(readFileSync(path).equals(readFileSync(fixturePath('hdf5/variants.h5')))).toBe(true);
  });

  it('is never a project', async () => {
    const path = join(folder, 'project.ilp');
    copyFileSync(fixturePath('ilp/gray2d.ilp'), path);
    expect(await codeOf(write({ path, innerPath: 'results' }, spec(), { overwrite: true }))).toBe('unsupported');
  });

  it('is replaced if it cannot be read, as a broken result of an earlier run', async () => {
    const path = join(folder, 'broken.h5');
    writeFileSync(path, readFileSync(fixturePath('hdf5/single.h5')).subarray(0, 1000));
    expect(await codeOf(write({ path, innerPath: 'a' }, spec()))).toBe('already-exists');
    await write({ path, innerPath: 'a' }, spec(), { overwrite: true });
    expect(await hdf5.list!({ path })).toHaveLength(1);
  });

  it('has no unfinished copy beside it after all this', () => {
    expect(readdirSync(folder).filter((name) => name.includes('.partial'))).toEqual([]);
  });
});

describe('the layout asked for', () => {
  it('has the chunks, cut to the image, whatever the order of axes', async () => {
    const path = join(folder, 'chunks.h5');
    const asked = spec([2, 1, 30, 40, 50], { axes: 'xyzt' });
    await write({ path }, asked, { layout: { chunkShape: [1, 1, 16, 16, 64] } });
    expect((await read({ path })).info.levels[0]!.chunkShape).toEqual([1, 1, 16, 16, 50]);
  });

  it.each([
    [hdf5, 'gzip', true],
    [hdf5, undefined, false],
    [compressedHdf5, undefined, true],
    [compressedHdf5, 'none', false],
  ] as const)('compresses or not: $id, %s', async (format, compression, isSmall) => {
    const path = join(folder, `${format.id}-${compression}.h5`);
    const asked = spec([1, 1, 20, 50, 60]);
    const sink = await format.create!({ path }, asked, { layout: compression ? { compression } : {} });
    await sink.write(wholeRoi(asked.shape), { data: new Uint8Array(60000), shape: asked.shape });
    await sink.close();
    expect(statSync(path).size < 30000).toBe(isSmall);
  });

  it.each([{ compression: 'zstd' }, { chunkShape: [1, 1, 0, 4, 4] }] as const)(
    'is refused if it cannot be: %o',
    async (layout) => {
      const path = join(folder, 'refused.h5');
      expect(await codeOf(write({ path }, spec(), { layout }))).toBe('unsupported');
      expect(existsSync(path)).toBe(false);
    },
  );
});

describe.skipIf(!reference)('an export of ilastik as compressed hdf5 (needs BRUSHWOOD_REFERENCE)', () => {
  it('has the same dataset, chunks and attributes', async () => {
    const theirs = { path: join(reference!, 'exports', 'vol3d-volume-data_Probabilities_u8cut.h5') };
    const { info, data } = await read(theirs);
    const path = join(folder, 'u8cut.h5');
    const { shape, dtype } = info;
    const asked: ImageSpec = { axes: info.fileAxes, shape, dtype, content: 'probabilities', displayRange: [0, 255] };
    const sink = await compressedHdf5.create!({ path }, asked);
    await sink.write(wholeRoi(shape), { data, shape });
    await sink.close();
    const facts = async (location: ImageLocation) => {
      const file = await Hdf5File.open(location);
      const { shape: size, dtype: type, chunks } = file.dataset('exported_data');
      const names = file.attributeNames('exported_data').filter((name) => name !== 'axistags');
      const values = names.sort().map((name) => [name, file.attribute('exported_data', name)]);
      const tags = JSON.parse(String(file.attribute('exported_data', 'axistags'))) as unknown;
      const labels = file.dimensionLabels('exported_data');
      await file.close();
      return { size, type, chunks, values, tags, labels };
    };
    expect(await facts({ path })).toEqual(await facts(theirs));
    expect((await read({ path })).data).toEqual(data);
  });
});
