import { describe, expect, it } from 'vitest';
import { ChunkCache } from './chunk-cache.ts';

const newCache = (maxBytes = 100) => new ChunkCache<string>({ maxBytes, bytesOf: (value) => value.length });

/** Loads of a key, each answered by hand. */
function loader() {
  const loads: { resolve(value: string): void; reject(error: Error): void; signal: AbortSignal }[] = [];
  const load = (signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => void loads.push({ resolve, reject, signal }));
  return { load, loads };
}

describe('ChunkCache', () => {
  it('loads once what several want at the same time, and keeps it', async () => {
    const cache = newCache();
    const { load, loads } = loader();
    const reads = [cache.read('a', load), cache.read('a', load)];
    loads[0]!.resolve('chunk');
    expect(await Promise.all(reads)).toEqual(['chunk', 'chunk']);
    expect(await cache.read('a', load)).toBe('chunk');
    expect(loads).toHaveLength(1);
  });

  it('forgets what was not used for longest when it is full', async () => {
    const cache = newCache(10);
    const loaded: string[] = [];
    const read = (key: string) => cache.read(key, async () => (loaded.push(key), '12345'));
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await read(key);
    expect(loaded).toEqual(['a', 'b', 'c', 'b']);
  });

  it('does not keep what is larger than all it may hold', async () => {
    const cache = newCache(3);
    let count = 0;
    for (let i = 0; i < 2; i++) expect(await cache.read('a', async () => `chunk ${++count}`)).toBe(`chunk ${count}`);
    expect(count).toBe(2);
  });

  it('tries again what failed', async () => {
    const cache = newCache();
    const failing = () => Promise.reject(new Error('gone'));
    await expect(cache.read('a', failing)).rejects.toThrow('gone');
    expect(await cache.read('a', async () => 'chunk')).toBe('chunk');
  });

  it('goes on for those who still wait when one gives up, and stops when the last one does', async () => {
    const cache = newCache();
    const { load, loads } = loader();
    const [first, second] = [new AbortController(), new AbortController()];
    const reads = [cache.read('a', load, first.signal), cache.read('a', load, second.signal)];
    first.abort();
    await expect(reads[0]).rejects.toMatchObject({ code: 'aborted' });
    expect(loads[0]!.signal.aborted).toBe(false);
    second.abort();
    await expect(reads[1]).rejects.toMatchObject({ code: 'aborted' });
    expect(loads[0]!.signal.aborted).toBe(true);
    const again = cache.read('a', load);
    loads[1]!.resolve('chunk');
    expect(await again).toBe('chunk');
    await expect(cache.read('a', load, AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
  });
});
