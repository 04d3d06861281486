import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { openImage, wholeRoi, type ImageSpec, type Shape5, type StorageFormat } from '@brushwood/core';
import { imageSinkChecks, randomTensor, storageFormatChecks } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { ioTiff } from '../plugin.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { multipageTiff, multipageTiffSequence, pngSequence, tifSequence } from './formats.ts';

const folder = await temporaryFolder();

const spec = (axes: string, shape: Shape5, extra: Partial<ImageSpec> = {}): ImageSpec => ({
  axes,
  shape,
  dtype: 'uint16',
  content: 'intensity',
  ...extra,
});

/** Paths of the files of a sequence, in order; empty if there are none. */
async function filesOf(name: string): Promise<string[]> {
  const names = (await readdir(folder.path)).filter((file) => file.startsWith(`${name}_`) && /\d\.[a-z]+$/.test(file));
  return names.sort().map((file) => folder.file(file));
}

const cases: readonly [StorageFormat, 't' | 'c' | 'z', readonly [ImageSpec, ...ImageSpec[]]][] = [
  [
    tifSequence,
    'z',
    [
      spec('zyx', [1, 1, 11, 5, 6]),
      spec('zyxc', [1, 2, 3, 5, 6], { dtype: 'float32' }),
      spec('tczyx', [1, 3, 1, 5, 6]),
    ],
  ],
  [pngSequence, 't', [spec('tyx', [3, 1, 1, 5, 6]), spec('tyxc', [3, 3, 1, 5, 6], { dtype: 'uint8' })]],
  [multipageTiffSequence, 'c', [spec('czyx', [1, 2, 4, 5, 6], { dtype: 'float32', content: 'probabilities' })]],
  [multipageTiffSequence, 't', [spec('tzyxc', [3, 2, 4, 5, 6])]],
];

describe.each(cases.map(([format, axis, specs]) => ({ id: format.id, format, axis, specs })))(
  'image sink checks: $id along $axis',
  ({ format, axis, specs }) => {
    const create = async (asked: ImageSpec, name: string) => {
      const base = `${format.id}-${axis}-${name}`;
      const path = folder.file(`${base}_{slice_index}${format.extensions[0]}`);
      const sink = await format.create!({ path }, asked, { overwrite: true });
      const reopen = async () => {
        const paths = await filesOf(base);
        const along = asked.axes === 'tczyx' ? 'c' : axis;
        return paths.length > 0
          ? openImage(ioTiff.formats, { location: { path, stack: { paths, axis: along } } })
          : undefined;
      };
      return { sink, reopen };
    };
    for (const check of imageSinkChecks({ create, specs })) it(check.name, check.run);
  },
);

describe('image sink checks: multipage-tiff', () => {
  const create = async (asked: ImageSpec, name: string) => {
    const location = { path: folder.file(`multipage-${name}.tiff`) };
    const sink = await multipageTiff.create!(location, asked, { overwrite: true });
    return {
      sink,
      reopen: async () => (existsSync(location.path) ? openImage(ioTiff.formats, { location }) : undefined),
    };
  };
  const subject = { create, specs: [spec('zyxc', [1, 2, 4, 5, 6])] as const, join: multipageTiff.join! };
  for (const check of imageSinkChecks(subject)) it(check.name, check.run);
});

describe.each([tifSequence, pngSequence, multipageTiff, multipageTiffSequence])(
  'storage format checks: $id',
  (format) => {
    const missing = { path: folder.file('missing.tif') };
    const createLocation = (name: string) => ({ path: folder.file(`${name}_{slice_index}${format.extensions[0]}`) });
    const subject = { format, sample: missing, foreign: [missing], missing, createLocation };
    for (const check of storageFormatChecks(subject)) it(check.name, check.run);
  },
);

/** Writes a random image. */
async function writeSequence(format: StorageFormat, name: string, asked: ImageSpec) {
  const sink = await format.create!({ path: folder.file(name) }, asked);
  await sink.write(wholeRoi(asked.shape), randomTensor(asked.dtype, asked.shape, 1));
  await sink.close();
}
const namesLike = async (start: string) => (await readdir(folder.path)).filter((name) => name.startsWith(start)).sort();

describe('the files of a sequence', () => {
  it('are numbered from 0 with the digits of their count', async () => {
    await writeSequence(tifSequence, 'nine_{slice_index}.tif', spec('zyx', [1, 1, 9, 2, 3]));
    expect(await namesLike('nine')).toEqual(Array.from({ length: 9 }, (_, i) => `nine_${i}.tif`));
    await writeSequence(tifSequence, 'ten_{slice_index}.tif', spec('zyx', [1, 1, 10, 2, 3]));
    expect(await namesLike('ten')).toEqual(Array.from({ length: 10 }, (_, i) => `ten_0${i}.tif`));
  });

  it('lie along the first axis that is longer than 1, never along y or x', async () => {
    await writeSequence(tifSequence, 'classes_{slice_index}.tif', spec('yxc', [1, 2, 1, 4, 5]));
    expect(await namesLike('classes')).toEqual(['classes_0.tif', 'classes_1.tif']);
    await writeSequence(tifSequence, 'flat_{slice_index}.tif', spec('yx', [1, 1, 1, 4, 5]));
    expect(await namesLike('flat')).toEqual(['flat_0.tif']);
  });

  it('keep sizes, and the names of their own channels', async () => {
    const voxelSize = { unit: 'micrometer', x: 0.5, y: 0.5, z: 2 };
    const asked = spec('czyx', [1, 2, 3, 4, 5], { channelNames: ['membrane', 'nucleus'], voxelSize });
    await writeSequence(multipageTiffSequence, 'named_{slice_index}.tiff', asked);
    const source = await openImage(ioTiff.formats, { location: { path: folder.file('named_1.tiff') } });
    await source.close();
    expect(source.info).toMatchObject({ fileAxes: 'zyx', channelNames: ['nucleus'], voxelSize });
  });

  it('appear together at the end: a sequence that is given up or fails leaves none', async () => {
    const asked = spec('zyx', [1, 1, 4, 2, 3]);
    const sink = await tifSequence.create!({ path: folder.file('half_{slice_index}.tif') }, asked);
    await sink.write({ start: [0, 0, 0, 0, 0], stop: [1, 1, 3, 2, 3] }, randomTensor('uint16', [1, 1, 3, 2, 3], 1));
    expect(await namesLike('half_0')).toEqual([]);
    await sink.abort();
    expect(await namesLike('half')).toEqual([]);
    const failing = await tifSequence.create!({ path: folder.file('fail_{slice_index}.tif') }, asked);
    await failing.write(wholeRoi(asked.shape), randomTensor('uint16', asked.shape, 1));
    await writeFile(folder.file('fail_2.tif'), 'of somebody else');
    await expect(failing.close()).rejects.toMatchObject({ code: 'already-exists' });
    expect(await namesLike('fail')).toEqual(['fail_2.tif']);
  });

  it('do not replace others unasked, and are written by one at a time', async () => {
    const asked = spec('zyx', [1, 1, 4, 2, 3]);
    const path = folder.file('one_{slice_index}.tif');
    const sink = await tifSequence.create!({ path }, asked);
    await expect(tifSequence.create!({ path }, asked)).rejects.toMatchObject({ code: 'locked' });
    await sink.close();
    await expect(tifSequence.create!({ path }, asked)).rejects.toMatchObject({
      code: 'already-exists',
      message: expect.stringContaining('one_0.tif'),
    });
  });

  it('of a run that was killed are replaced', async () => {
    const path = folder.file('killed_{slice_index}.tif');
    const asked = spec('zyx', [1, 1, 2, 2, 3]);
    const killed = { pid: 2 ** 22 + 1, host: hostname(), startedAt: 0, token: 't' }; // above Linux' largest process number
    const first = await tifSequence.create!({ path }, asked);
    await writeFile(`${path}.partial.lock`, JSON.stringify(killed));
    const second = await tifSequence.create!({ path }, asked);
    await second.close();
    expect(await namesLike('killed')).toEqual(['killed_0.tif', 'killed_1.tif']);
    await first.abort();
  });

  it('that took the place of others stay when the rest cannot follow', async () => {
    const asked = spec('zyx', [1, 1, 3, 2, 3]);
    await writeFile(folder.file('stay_0.tif'), 'old');
    await mkdir(folder.file('stay_2.tif')); // a file cannot take its place
    const sink = await tifSequence.create!({ path: folder.file('stay_{slice_index}.tif') }, asked, { overwrite: true });
    await sink.write(wholeRoi(asked.shape), randomTensor('uint16', asked.shape, 1));
    await expect(sink.close()).rejects.toMatchObject({ code: 'write-failed' });
    expect(await namesLike('stay')).toEqual(['stay_0.tif', 'stay_2.tif']);
    expect((await stat(folder.file('stay_0.tif'))).size).toBeGreaterThan(3);
  });

  it('of a run that was killed while they got their names are taken over, and those of others are not', async () => {
    const path = folder.file('torn_{slice_index}.tif');
    const asked = spec('zyx', [1, 1, 3, 2, 3]);
    const killed = { pid: 2 ** 22 + 1, host: hostname(), startedAt: 0, token: 't' }; // above Linux' largest process number
    await writeFile(folder.file('torn_0.tif'), 'ours');
    await writeFile(folder.file('torn_1.tif'), 'of somebody else');
    const leave = async () => {
      const { mtimeMs } = await stat(folder.file('torn_0.tif'));
      const files = [0, 1, 2].map((i) => ({ name: `torn_${i}.tif`, size: 4, mtimeMs }));
      await mkdir(`${path}.partial`, { recursive: true });
      await writeFile(`${path}.partial/torn_2.tif`, 'ours');
      await writeFile(`${path}.partial/.publishing.json`, JSON.stringify(files));
      await writeFile(`${path}.partial.lock`, JSON.stringify(killed));
    };
    await leave();
    const message = expect.stringContaining('torn_1.tif') as string;
    await expect(tifSequence.create!({ path }, asked)).rejects.toMatchObject({ code: 'already-exists', message });
    expect(await readFile(folder.file('torn_1.tif'), 'utf8')).toBe('of somebody else');
    expect(await namesLike('torn')).toEqual(['torn_1.tif']);
    await rm(folder.file('torn_1.tif'));
    await writeFile(folder.file('torn_0.tif'), 'ours');
    await leave();
    await (await tifSequence.create!({ path }, asked)).close();
    expect(await namesLike('torn')).toEqual(['torn_0.tif', 'torn_1.tif', 'torn_2.tif']);
  });

  it('need a place for their number', async () => {
    const create = tifSequence.create!({ path: folder.file('plain.tif') }, spec('zyx', [1, 1, 4, 2, 3]));
    const message = expect.stringContaining('{slice_index}') as string;
    await expect(create).rejects.toMatchObject({ code: 'invalid-parameter', message });
  });

  it('are planes, or the message names the format for more', async () => {
    const create = tifSequence.create!({ path: folder.file('x_{slice_index}.tif') }, spec('tzyx', [2, 1, 4, 2, 3]));
    const message = expect.stringContaining('multipage-tiff-sequence') as string;
    await expect(create).rejects.toMatchObject({ code: 'unsupported', message });
  });

  it('that cannot be written leave nothing behind', async () => {
    const path = folder.file('float_{slice_index}.png');
    const create = pngSequence.create!({ path }, spec('zyx', [1, 1, 4, 2, 3], { dtype: 'float32' }));
    await expect(create).rejects.toMatchObject({ code: 'unsupported-dtype' });
    expect(await namesLike('float')).toEqual([]);
  });

  it('are at most as many at a time as a box touches', async () => {
    const asked = spec('zyx', [1, 1, 300, 2, 3], { dtype: 'uint8' });
    const sink = await tifSequence.create!({ path: folder.file('many_{slice_index}.tif') }, asked);
    for (let z = 0; z < 300; z += 4) {
      await sink.write(
        { start: [0, 0, z, 0, 0], stop: [1, 1, z + 4, 2, 3] },
        randomTensor('uint8', [1, 1, 4, 2, 3], z),
      );
      const partial = await readdir(folder.file('many_{slice_index}.tif.partial'));
      expect(partial.filter((name) => name.endsWith('.lock')).length).toBeLessThanOrEqual(4);
    }
    await sink.close();
    expect(existsSync(folder.file('many_299.tif'))).toBe(true);
    expect(existsSync(folder.file('many_{slice_index}.tif.partial'))).toBe(false);
  });
});
