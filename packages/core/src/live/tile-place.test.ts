import { describe, expect, it } from 'vitest';
import type { Roi } from '../grid/roi.ts';
import { tileKey, workerOf } from './tile-place.ts';

describe('tileKey', () => {
  it('tells images and places apart, but not ranges of channels', () => {
    const roi: Roi = { start: [0, 0, 3, 0, 256], stop: [1, 1, 4, 256, 512] };
    const allChannels: Roi = { start: roi.start, stop: [1, 3, 4, 256, 512] };
    expect(tileKey('a', allChannels)).toBe(tileKey('a', roi));
    expect(tileKey('b', roi)).not.toBe(tileKey('a', roi));
    expect(tileKey('a', { start: roi.start, stop: [1, 1, 4, 256, 511] })).not.toBe(tileKey('a', roi));
  });
});

describe('workerOf', () => {
  it.each([2, 3, 4, 8])('spreads the tiles of every view of a volume over %i workers', (workers) => {
    for (const [u, v, across] of [
      [3, 4, 2],
      [2, 4, 3],
      [2, 3, 4],
    ] as const) {
      const counts = Array<number>(workers).fill(0);
      for (let i = 0; i < 8; i++) {
        for (let j = 0; j < 8; j++) {
          const start: [number, number, number, number, number] = [0, 0, 0, 0, 0];
          start[across] = 37;
          [start[u], start[v]] = [256 * i, 256 * j];
          const stop: typeof start = [1, 1, start[2] + 256, start[3] + 256, start[4] + 256];
          stop[across] = 38;
          counts[workerOf({ start, stop }, workers)]!++;
        }
      }
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(64 / workers / 2);
    }
  });
});
