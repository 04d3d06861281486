import { describe, expect, it } from 'vitest';
import { MemoryFolder } from '../../testing/memory-folder.ts';
import { createFolderDestination } from './folder-destination.ts';

const { signal } = new AbortController();

async function put(target: MemoryFolder, path: string, files: Readonly<Record<string, string>>) {
  const destination = createFolderDestination(target.asPageFolder, { askTaken: async () => 'overwrite' });
  const claimed = (await destination.claim([path], { overwrite: false })).get(path)!;
  return destination.take({ path: claimed, folder: new MemoryFolder('stage', files).asPageFolder, signal });
}

describe('a sequence in a chosen folder', () => {
  const others = { 'a_1.tif': 'other', 'a_Seg_x1.tif': 'other', 'a_Seg_3.png': 'other', 'b_Seg_4.tif': 'other' };

  it('takes the place of an older one, also of the files that it has no more', async () => {
    const old = { 'a_Seg_000.tif': 'old', 'a_Seg_001.tif': 'old', 'a_Seg_1.tif': 'old', 'a_Seg_7.tif': 'old' };
    const target = new MemoryFolder('target', { ...others, ...old });
    const slices = { 'a_Seg_0.tif': 'new 0', 'a_Seg_1.tif': 'new 1' };
    expect(await put(target, 'a_Seg_{slice_index}.tif', slices)).toEqual(Object.keys(slices));
    expect(target.files).toEqual({ ...others, ...slices });
  });

  it('removes nothing where its names are numbers alone, which may be of something else', async () => {
    const target = new MemoryFolder('target', { '007.tif': 'mine' });
    await put(target, '{slice_index}.tif', { '0.tif': 'new' });
    expect(target.files).toEqual({ '007.tif': 'mine', '0.tif': 'new' });
  });
});
