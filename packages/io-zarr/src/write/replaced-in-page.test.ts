import { afterEach, describe, expect, it, vi } from 'vitest';
import { MemoryFolder } from '../testing/memory-folder.ts';
import { claimImage } from './partial-image.browser.ts';

const objects = { 'zarr.json': { of: 'image' }, '0/zarr.json': { of: 'level' } };
const claim = { target: 'out/a.zarr', version: 3, parents: [], objects, settings: { layout: '' } } as const;
const written = (unit: string) => [
  ['out/a.zarr/0/c/0', unit],
  ['out/a.zarr/0/zarr.json', JSON.stringify(objects['0/zarr.json'], undefined, 2)],
  ['out/a.zarr/zarr.json', JSON.stringify(objects['zarr.json'], undefined, 2)],
];

function openStorage(wishes: { canMove?: boolean } = {}): MemoryFolder {
  const root = new MemoryFolder(wishes);
  vi.stubGlobal('navigator', { storage: { getDirectory: async () => root.asPageFolder } });
  return root;
}

async function begin(unit: string, { overwrite = false } = {}) {
  const image = await claimImage({ ...claim, overwrite });
  await image.folder.put('0/c/0', [new TextEncoder().encode(unit)]);
  return image;
}

afterEach(() => vi.unstubAllGlobals());

describe('an image in a page that is to replace another', () => {
  it('leaves the older one until it is finished', async () => {
    const root = openStorage();
    await (await begin('old')).finish();
    expect(root.files()).toEqual(written('old'));
    const image = await begin('new', { overwrite: true });
    expect(root.files()).toEqual(expect.arrayContaining(written('old')));
    await image.finish();
    expect(root.files()).toEqual(written('new'));
  });

  it('leaves the older one if it is given up', async () => {
    const root = openStorage();
    await (await begin('old')).finish();
    await (await begin('new', { overwrite: true })).discard();
    expect(root.files()).toEqual(written('old'));
  });

  it('leaves nothing that looks finished if there is no room for its last file', async () => {
    const root = openStorage();
    await (await begin('old')).finish();
    const image = await begin('new', { overwrite: true });
    root.refused.add('zarr.json');
    await expect(image.finish()).rejects.toMatchObject({ code: 'write-failed', details: { isFull: true } });
    expect(root.files().map(([path]) => path)).not.toContain('out/a.zarr/zarr.json');
    await image.discard();
    expect(root.files()).toEqual([]);
  });

  it('is copied where files cannot be moved', async () => {
    const root = openStorage({ canMove: false });
    await (await begin('old')).finish();
    await (await begin('new', { overwrite: true })).finish();
    expect(root.files()).toEqual(written('new'));
  });

  it('takes the place of what a closed page has left', async () => {
    const root = openStorage();
    await (await begin('old')).finish();
    await begin('lost', { overwrite: true });
    await (await begin('new', { overwrite: true })).finish();
    expect(root.files()).toEqual(written('new'));
  });

  it('is refused without leave to replace', async () => {
    const root = openStorage();
    await (await begin('old')).finish();
    await expect(begin('new')).rejects.toMatchObject({ code: 'already-exists' });
    expect(root.files()).toEqual(written('old'));
  });
});

describe('an object of an image in a page', () => {
  it('leaves no empty file if there is no room for it', async () => {
    const root = openStorage();
    const image = await begin('one');
    root.refused.add('1');
    await expect(image.folder.put('0/c/1', [new Uint8Array(1)])).rejects.toMatchObject({ code: 'write-failed' });
    expect(await image.folder.has('0/c/1')).toBe(false);
  });
});
