import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts';
import { expandGlob, isGlob } from './glob.ts';

const files = [
  'a_1.tif',
  'a_2.tif',
  'a_10.tif',
  'a_1.png',
  'b[1].tif',
  '.hidden.tif',
  'deep/c.tif',
  'deep/deeper/d.tif',
  'deep/volume.zarr/0/c.tif',
  'data.h5',
];

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
});
afterAll(() => removeFolder(folder));

const isWhole = (path: string) => /\.(zarr|h5)$/.test(path);
const expand = (pattern: string) =>
  expandGlob(join(folder, pattern), { isWhole }).map((path) => path.slice(folder.length + 1));

describe('expandGlob', () => {
  it.each([
    ['*.tif', ['a_1.tif', 'a_2.tif', 'a_10.tif', 'b[1].tif']],
    ['a_?.tif', ['a_1.tif', 'a_2.tif']],
    ['a_[2-9].tif', ['a_2.tif']],
    ['a_[!2]*', ['a_1.png', 'a_1.tif', 'a_10.tif']],
    ['a_1.{png,tif}', ['a_1.png', 'a_1.tif']],
    ['*/c.tif', ['deep/c.tif']],
    ['.*.tif', ['.hidden.tif']],
    ['nothing*', []],
    ['a_1.tif/*', []],
  ])('finds what fits %s, in natural order', (pattern, found) => expect(expand(pattern)).toEqual(found));

  it('goes through all folders for **, but not into images that are folders', () => {
    const all = ['a_1.tif', 'a_2.tif', 'a_10.tif', 'b[1].tif', 'deep/c.tif', 'deep/deeper/d.tif'];
    expect(expand('**/*.tif')).toEqual(all);
    expect(expand('deep/**/d.tif')).toEqual(['deep/deeper/d.tif']);
    expect(expand('**/*.zarr')).toEqual(['deep/volume.zarr']);
  });

  it('takes each folder once for **, though links lead back to it or to themselves', () => {
    mkdirSync(join(folder, 'linked/in'), { recursive: true });
    writeFileSync(join(folder, 'linked/in/c.tif'), '');
    symlinkSync('..', join(folder, 'linked/in/up'));
    symlinkSync('self', join(folder, 'linked/self'));
    expect(expand('linked/**/*.tif')).toEqual(['linked/in/c.tif']);
  });

  it('takes what follows a container for the name of a dataset in it', () => {
    expect(expand('*.h5/volume/data')).toEqual(['data.h5/volume/data']);
    expect(expand('deep/*.zarr/0')).toEqual(['deep/volume.zarr/0']);
  });
});

describe('isGlob', () => {
  it.each(['*.tif', 'a?.tif', 'a[12].tif', '{a,b}.tif', 'in/**/x'])('knows %s for a pattern', (word) =>
    expect(isGlob(word)).toBe(true),
  );
  it.each(['cells.tif', 'out/{nickname}.tif', 'C:/data (1)/x.tif'])('takes %s for a name', (word) =>
    expect(isGlob(word)).toBe(false),
  );
});
