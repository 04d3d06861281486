import { expect, it } from 'vitest';
import { joinRanges, rangeOf } from './value-range.ts';

it('spans all channels of a block', () => {
  const volume = (...values: number[]) => ({ data: Float32Array.from(values), shape: [1, 1, values.length] as const });
  expect(rangeOf([volume(3, -2, 5), volume(9, 4, 0)])).toEqual([-2, 9]);
});

it('joins ranges, whichever is missing', () => {
  expect(joinRanges([0, 4], [-1, 2])).toEqual([-1, 4]);
  expect(joinRanges(undefined, [1, 2])).toEqual([1, 2]);
  expect(joinRanges([1, 2], undefined)).toEqual([1, 2]);
  expect(joinRanges(undefined, undefined)).toBeUndefined();
});
