import { describe, expect, it } from 'vitest';
import { byteSize, rate, timeLeft } from './statistics.ts';

describe('figures for people', () => {
  it.each([
    [0.25, '0.3 images/s'],
    [12.4, '12 images/s'],
    [4_560, '4.6 kimages/s'],
  ])('say a rate of %d a second as %s', (perSecond, text) => expect(rate(perSecond, 'images')).toBe(text));

  it('say that a rate is not known yet', () => {
    expect(rate(Number.NaN, 'voxels')).toBe('– voxels/s');
    expect(rate(3_200_000, 'voxels')).toBe('3.2 Mvoxels/s');
  });

  it.each([
    [0.2, '1 s'],
    [99, '99 s'],
    [100, '2 min'],
    [5_940, '99 min'],
    [7_500, '2 h 5 min'],
    [Number.POSITIVE_INFINITY, 'unknown time'],
  ])('say %d seconds as %s', (seconds, text) => expect(timeLeft(seconds)).toBe(text));

  it.each([
    [0, '0 bytes'],
    [1023, '1023 bytes'],
    [1536, '1.5 KiB'],
    [150 * 2 ** 20, '150 MiB'],
    [2 ** 40, '1.0 TiB'],
  ])('say %d bytes as %s', (bytes, text) => expect(byteSize(bytes)).toBe(text));
});
