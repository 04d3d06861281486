import { describe, expect, it } from 'vitest';
import { TileCache, type TileFeatures } from './tile-cache.ts';

/** 100 bytes. */
function tile(): TileFeatures {
  return { data: new Float32Array(25), featureCount: 1, shape: [1, 5, 5], valueRange: [0, 1] };
}

function cacheOf(limitBytes: number, keys: readonly string[]): TileCache {
  const cache = new TileCache(limitBytes);
  for (const key of keys) cache.add(key, tile());
  return cache;
}

describe('TileCache', () => {
  it('gives up the tiles that were not used for longest', () => {
    const cache = cacheOf(300, ['a', 'b', 'c']);
    cache.get('a');
    expect(cache.add('d', tile())).toEqual(['b']);
    expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key) !== undefined)).toEqual([true, false, true, true]);
    expect(cache.bytes).toBe(300);
  });

  it('keeps the tiles of the view, even against a new one', () => {
    const cache = cacheOf(300, ['a', 'b', 'c']);
    cache.setWanted(['a', 'b']);
    expect(cache.add('d', tile())).toEqual(['c']);
    cache.setWanted(['a', 'b', 'd', 'e']);
    expect(cache.add('e', tile())).toEqual(['e']);
    expect(cache.get('e')).toBeUndefined();
  });

  it('frees what is above a lower limit', () => {
    expect(cacheOf(300, ['a', 'b', 'c']).setLimit(150)).toEqual(['a', 'b']);
  });

  it('keeps half as much for good once memory has run out', () => {
    const cache = cacheOf(1000, ['a', 'b', 'c', 'd']);
    expect(cache.giveUp()).toEqual(['a', 'b', 'c', 'd']);
    cache.setLimit(1000);
    for (const key of ['a', 'b', 'c']) cache.add(key, tile());
    expect(cache.bytes).toBe(200);
  });
});
