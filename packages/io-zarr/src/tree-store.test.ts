import { describe, expect, it } from 'vitest';
import { treeStore } from './tree-store.ts';

const store = treeStore(
  new Map([
    ['zarr.json', new Blob(['{}'])],
    ['s0/c/0', new Blob([Uint8Array.of(1, 2, 3, 4, 5)])],
  ]),
  'cells.zarr',
);

describe('a hierarchy in a folder that a page was given', () => {
  it('hands out objects, their parts and their ends', async () => {
    expect(await store.get('/s0/c/0')).toEqual(Uint8Array.of(1, 2, 3, 4, 5));
    expect(await store.getRange('/s0/c/0', { offset: 1, length: 2 })).toEqual(Uint8Array.of(2, 3));
    expect(await store.getRange('/s0/c/0', { suffixLength: 2 })).toEqual(Uint8Array.of(4, 5));
    expect(await store.get('/s0/c/1')).toBeUndefined();
    expect(await store.folders!('')).toEqual(['s0']);
  });

  it('refuses a range that the object does not have', async () => {
    await expect(store.getRange('/s0/c/0', { offset: 4, length: 2 })).rejects.toMatchObject({ code: 'broken-file' });
    await expect(store.getRange('/s0/c/0', { suffixLength: 6 })).rejects.toMatchObject({ code: 'broken-file' });
  });

  it('stops when told to', async () => {
    const signal = AbortSignal.abort();
    await expect(store.get('/zarr.json', { signal })).rejects.toMatchObject({ code: 'aborted' });
  });
});
