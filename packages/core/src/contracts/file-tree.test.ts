import { describe, expect, it } from 'vitest';
import { findTreeFile, requireTreeFile, treeFolders } from './file-tree.ts';

const tree = new Map([
  ['zarr.json', new Blob(['root'])],
  ['s0/zarr.json', new Blob(['level'])],
  ['s0/c/0', new Blob(['chunk'])],
  ['labels/cells/zarr.json', new Blob(['labels'])],
]);

describe('the files of a folder', () => {
  it('are found by their paths', async () => {
    expect(await (await findTreeFile(tree, 's0/c/0'))?.text()).toBe('chunk');
    expect(await findTreeFile(tree, 's0/c/1')).toBeUndefined();
    expect(await findTreeFile(tree, 's0')).toBeUndefined();
  });

  it('are named if they are missing', async () => {
    await expect(requireTreeFile(tree, 'a/b.tif')).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('a/b.tif'),
    });
  });

  it('lie in folders', async () => {
    expect(await treeFolders(tree, '')).toEqual(['s0', 'labels']);
    expect(await treeFolders(tree, 's0')).toEqual(['c']);
    expect(await treeFolders(tree, 'none')).toEqual([]);
  });
});
