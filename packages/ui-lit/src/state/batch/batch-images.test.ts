import { createContainer, newProject } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { plugins } from '../../plugins.ts';
import { imagesOfFiles } from './batch-images.ts';

const { catalog } = createContainer(plugins);
const project = newProject(catalog);
const given = (path: string) => ({ path, file: new File([], path.split('/').at(-1)!) });
const found = (paths: readonly string[], filter?: string) =>
  imagesOfFiles(paths.map(given), { catalog, project, filter }).map(({ nickname, image }) => [
    nickname,
    image.location.path,
  ]);

describe('the images among files', () => {
  it('are all that were chosen, in the order of people', () =>
    expect(found(['s10.tif', 's9.tif', 'notes.txt'])).toEqual([
      ['notes', 'notes.txt'],
      ['s9', 's9.tif'],
      ['s10', 's10.tif'],
    ]));
  it('are those of a folder that end like one', () =>
    expect(found(['in/a.tif', 'in/notes.txt', 'in/deep/b.PNG'])).toEqual([
      ['a', 'in/a.tif'],
      ['b', 'in/deep/b.PNG'],
    ]));
  it('can be filtered by name', () => expect(found(['in/a.tif', 'in/b.png'], '*.png')).toEqual([['b', 'in/b.png']]));
  it('may be folders', () => {
    const paths = ['in/v.zarr/zarr.json', 'in/v.zarr/0/c/0/0'];
    const [image] = imagesOfFiles(paths.map(given), { catalog, project });
    expect(image).toMatchObject({ nickname: 'v', image: { location: { path: 'in/v.zarr' } } });
    const files = image!.image.location.files as ReadonlyMap<string, File>;
    expect([...files.keys()]).toEqual(['zarr.json', '0/c/0/0']);
  });
});
