import { describe, expect, it } from 'vitest';
import { RecentBytes } from './recent-bytes.ts';

describe('RecentBytes', () => {
  it('gives up what was not asked for for longest when there is no more room', () => {
    const recent = new RecentBytes(12);
    for (const key of ['a', 'b', 'c', 'd']) recent.set(key, new Uint8Array(3));
    recent.get('a');
    recent.set('e', new Uint8Array(3));
    expect(['a', 'b', 'c', 'd', 'e'].map((key) => recent.get(key)?.length)).toEqual([3, undefined, 3, 3, 3]);
  });
  it('counts what is replaced once', () => {
    const recent = new RecentBytes(12);
    for (let i = 0; i < 10; i++) recent.set('a', new Uint8Array(3));
    recent.set('b', new Uint8Array(3));
    expect(recent.get('a')?.length).toBe(3);
  });
  it('does not keep what would drive out everything else', () => {
    const recent = new RecentBytes(12);
    recent.set('a', new Uint8Array(3));
    recent.set('large', new Uint8Array(4));
    expect([recent.get('large'), recent.get('a')?.length]).toEqual([undefined, 3]);
  });
});
