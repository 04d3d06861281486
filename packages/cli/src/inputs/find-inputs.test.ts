import { createContainer } from '@brushwood/core';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunJournal } from '../batch/run-journal.ts';
import { plugins } from '../plugins.ts';
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts';
import { findInputs, type FindOptions } from './find-inputs.ts';

const { catalog } = createContainer(plugins);
let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  const files = ['in/z_2.tif', 'in/z_10.TIF', 'in/b.npy', 'in/notes.txt', 'in/p.ilp', 'in/.a.tif', 'in/more/c.tif'];
  const others = [
    'in/v.zarr/.zgroup',
    'mixed/one.tif',
    'mixed/two.tif',
    'empty/notes.txt',
    'own/a.tif',
    'own/a_out.tif',
  ];
  for (const file of [...files, ...others]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  new RunJournal().add({ path: join(folder, 'own/a_out.tif') }, { fingerprint: 'f' });
});
afterAll(() => removeFolder(folder));

const at = (name: string) => join(folder, name);
const short = (path: string) => path.slice(folder.length + 1);
function find(words: readonly string[], options?: FindOptions) {
  return findInputs(
    catalog,
    words.map((word) => (word.startsWith('http') || word.startsWith('@') ? word : at(word))),
    options,
  );
}
const paths = (words: readonly string[], options?: FindOptions) =>
  find(words, options).inputs.map(({ path }) => (path.startsWith(folder) ? short(path) : path));

describe('findInputs', () => {
  it('takes all images of a readable format in a folder, in natural order; projects and hidden files are none', () => {
    expect(paths(['in'])).toEqual(['in/b.npy', 'in/v.zarr', 'in/z_2.tif', 'in/z_10.TIF']);
    expect(paths(['in'], { recursive: true })).toEqual([
      'in/b.npy',
      'in/more/c.tif',
      'in/v.zarr',
      'in/z_2.tif',
      'in/z_10.TIF',
    ]);
  });

  it('searches each folder once, though links lead back to it or to themselves', () => {
    mkdirSync(at('linked/in'), { recursive: true });
    writeFileSync(at('linked/in/c.tif'), '');
    symlinkSync('..', at('linked/in/up'));
    symlinkSync('self', at('linked/self'));
    expect(paths(['linked'], { recursive: true })).toEqual(['linked/in/c.tif']);
  });

  it('keeps the order of the words, and names and URLs as they are', () => {
    const words = ['in/z_2.tif', 'https://example.org/v.zarr', 'in/missing.tif', 'in/b.npy', 'in/d.h5/volume'];
    expect(paths(words)).toEqual(words);
    expect(paths(['in/z*', 'mixed'])).toEqual(['in/z_2.tif', 'in/z_10.TIF', 'mixed/one.tif', 'mixed/two.tif']);
  });

  it('reads lists, one image a line', () => {
    writeFileSync(at('list.txt'), `# of today\n${at('in/b.npy')}\r\n\n${at('mixed/*.tif')}\n`);
    expect(paths([`@${at('list.txt')}`])).toEqual(['in/b.npy', 'mixed/one.tif', 'mixed/two.tif']);
    expect(() => find([`@${at('no.txt')}`])).toThrow(/no list/);
  });

  it('leaves out what an earlier run wrote into the folder, unless it is named', () => {
    expect(find(['own'])).toMatchObject({ inputs: [{ path: at('own/a.tif') }], ownOutputs: 1 });
    expect(find(['own/*.tif'])).toMatchObject({ inputs: [{ path: at('own/a.tif') }], ownOutputs: 1 });
    expect(paths(['own/a_out.tif'])).toEqual(['own/a_out.tif']);
  });

  it.each([
    ['empty', /holds no image .*--recursive/],
    ['in/*.bmp', /No file fits/],
    ['own/*_out.tif', /1 file\(s\) that Brushwood wrote/],
  ])('says that there is nothing in %s, and why', (word, message) => {
    expect(() => find([word])).toThrow(
      expect.objectContaining({ code: 'not-found', message: expect.stringMatching(message) }),
    );
  });

  it('makes one stack of each pattern or folder, named by what the files begin with', () => {
    const { inputs } = find(['in/z*', 'mixed', 'in/b.npy'], { stack: 'z' });
    expect(inputs).toEqual([
      { path: at('in/z'), stack: { paths: [at('in/z_2.tif'), at('in/z_10.TIF')], axis: 'z' } },
      { path: at('mixed/stack_at-one'), stack: { paths: [at('mixed/one.tif'), at('mixed/two.tif')], axis: 'z' } },
      { path: at('in/b.npy') },
    ]);
  });
});
