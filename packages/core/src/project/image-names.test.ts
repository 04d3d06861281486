import { describe, expect, it } from 'vitest';
import { nicknameFor, stackName } from './image-names.ts';

describe('nicknameFor', () => {
  it.each([
    ['cells.tif', 'cells'],
    ['cells.ome.tif', 'cells'],
    ['brain.ome.zarr', 'brain'],
    ['t.1.png', 't.1'],
    ['cells', 'cells'],
    ['.tif', '.tif'],
  ])('takes the stem of %s: %s', (fileName, nickname) => expect(nicknameFor(fileName)).toBe(nickname));

  it('names the dataset of a container', () => {
    expect(nicknameFor('volume.h5', 'raw/scale0')).toBe('volume-raw-scale0');
  });
});

describe('stackName', () => {
  it.each([
    [['z_9.png', 'z_10.png'], 'z'],
    [['slice01.tif', 'slice02.tif'], 'slice0'],
    [['a.png', 'b.png'], 'stack_at-a'],
    [['one.tif'], 'one'],
  ])('names %j %s', (fileNames, name) => expect(stackName(fileNames)).toBe(name));
});
