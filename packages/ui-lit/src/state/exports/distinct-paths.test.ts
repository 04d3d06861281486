import { describe, expect, it } from 'vitest';
import { distinctNames, distinctPaths } from './distinct-paths.ts';

const paths = (...wanted: readonly (readonly [path: string, imagePath: string])[]) =>
  distinctPaths(wanted.map(([path, imagePath]) => ({ path, imagePath })));

describe('results that would be one file', () => {
  it('go into the folders of their images, as far as these differ', () => {
    expect(
      paths(['a.tif', 'in/p1/a.png'], ['b.tif', 'in/p1/b.png'], ['a.tif', 'in/p2/a.png'], ['out/c.tif', 'in/c.png']),
    ).toEqual(['p1/a.tif', 'b.tif', 'p2/a.tif', 'out/c.tif']);
    expect(paths(['a.tif', 'in/a.png'], ['a.tif', 'in/deep/er/a.png'])).toEqual(['a.tif', 'deep/er/a.tif']);
    expect(paths(['a.tif', 'C:\\x\\a.png'], ['a.tif', '/y/../a.png'])).toEqual(['C/x/a.tif', 'y/a.tif']);
  });

  it('are numbered where their images lie in one folder', () => {
    expect(paths(['a.tif', 'in/a.tif'], ['a.tif', 'in/a.png'], ['a (2).tif', 'in/a (2).png'])).toEqual([
      'a.tif',
      'a (3).tif',
      'a (2).tif',
    ]);
    expect(paths(['a_{slice_index}.tif', 'a.tif'], ['a_{slice_index}.tif', 'a.png'])[1]).toBe(
      'a (2)_{slice_index}.tif',
    );
    expect(paths(['a.ome.tif', 'a.tif'], ['a.ome.tif', 'a.png'])[1]).toBe('a (2).ome.tif');
  });

  it('clash whatever their case', () => {
    expect(paths(['Cells.tif', 'p1/Cells.png'], ['cells.tif', 'p2/cells.png'])).toEqual([
      'p1/Cells.tif',
      'p2/cells.tif',
    ]);
  });
});

it('names of images in one folder of a server are told apart in the same way', () => {
  const names = (...images: readonly (readonly [name: string, imagePath: string])[]) =>
    distinctNames(images.map(([name, imagePath]) => ({ name, imagePath })));
  expect(names(['a', '0/p1/a.tif'], ['b', '0/b.tif'], ['A', '0/p2/A.tif'])).toEqual(['p1_a', 'b', 'p2_A']);
  expect(names(['a', '0/a.tif'], ['a', '0/a.png'], ['v/x', '0/v.h5'])).toEqual(['a', 'a (2)', 'v/x']);
});
