import { describe, expect, it } from 'vitest';
import { RecentValues } from './recent-values.ts';

describe('RecentValues', () => {
  it('gives up what was not asked for for longest when there is no more room', () => {
    const recent = new RecentValues<number>(12);
    for (const key of ['a', 'b', 'c', 'd']) recent.set(key, 3, 3);
    recent.get('a');
    recent.set('e', 3, 3);
    expect(['a', 'b', 'c', 'd', 'e'].map((key) => recent.get(key))).toEqual([3, undefined, 3, 3, 3]);
  });
  it('counts what is replaced once', () => {
    const recent = new RecentValues<number>(12);
    for (let i = 0; i < 10; i++) recent.set('a', 3, 3);
    recent.set('b', 3, 3);
    expect(recent.get('a')).toBe(3);
  });
  it('does not keep what would drive out everything else', () => {
    const recent = new RecentValues<number>(12);
    recent.set('a', 3, 3);
    recent.set('large', 7, 7);
    expect([recent.get('large'), recent.get('a')]).toEqual([undefined, 3]);
  });
});
