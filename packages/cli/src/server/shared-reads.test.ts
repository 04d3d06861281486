import { describe, expect, it } from 'vitest';
import { SharedReads } from './shared-reads.ts';

/** Work that ends when it is told to, and notes whether it was aborted. */
function manualWork() {
  const signals: AbortSignal[] = [];
  const ends: ((value: string) => void)[] = [];
  const begin = (signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      signals.push(signal);
      ends.push(resolve);
      signal.addEventListener('abort', () => reject(new Error('stopped')));
    });
  return { signals, ends, begin };
}

const never = () => new AbortController().signal;

describe('SharedReads', () => {
  it('does the work once for all who wait at the same time', async () => {
    const { ends, begin } = manualWork();
    const reads = new SharedReads<string>();
    const waiting = [reads.join('a', begin, never()), reads.join('a', begin, never())];
    expect(ends).toHaveLength(1);
    ends[0]!('done');
    expect(await Promise.all(waiting)).toEqual(['done', 'done']);
  });
  it('goes on when one of two has gone, who hears of it at once', async () => {
    const { ends, signals, begin } = manualWork();
    const reads = new SharedReads<string>();
    const one = new AbortController();
    const gone = reads.join('a', begin, one.signal);
    const staying = reads.join('a', begin, never());
    one.abort();
    await expect(gone).rejects.toMatchObject({ code: 'aborted' });
    expect(signals[0]!.aborted).toBe(false);
    ends[0]!('done');
    expect(await staying).toBe('done');
  });
  it('stops when the last has gone, and begins anew for the next', async () => {
    const { ends, signals, begin } = manualWork();
    const reads = new SharedReads<string>();
    const only = new AbortController();
    const gone = reads.join('a', begin, only.signal);
    only.abort();
    await expect(gone).rejects.toMatchObject({ code: 'aborted' });
    expect(signals[0]!.aborted).toBe(true);
    const next = reads.join('a', begin, never());
    ends[1]!('again');
    expect(await next).toBe('again');
  });
  it('tells everybody of a failure, and tries again the next time', async () => {
    const reads = new SharedReads<string>();
    const fail = () => Promise.reject(new Error('unreadable'));
    await expect(reads.join('a', fail, never())).rejects.toThrow('unreadable');
    expect(await reads.join('a', () => Promise.resolve('fine'), never())).toBe('fine');
  });
  it('does not begin for a caller that has gone already', async () => {
    const { ends, begin } = manualWork();
    await expect(new SharedReads<string>().join('a', begin, AbortSignal.abort())).rejects.toMatchObject({
      code: 'aborted',
    });
    expect(ends).toHaveLength(0);
  });
});
