import { describe, expect, it } from 'vitest';
import { plannedRoi } from './planned-roi.ts';

const shape = [3, 2, 10, 20, 30] as const;

describe('the part of an image that a plan writes', () => {
  it('ends where the image does, along axes that have no end of their own', () => {
    expect(plannedRoi({ part: { z: { start: 2 }, x: { start: 1, stop: 12 } } }, shape)).toEqual({
      start: [0, 0, 2, 0, 1],
      stop: [3, 2, 10, 20, 12],
    });
    expect(plannedRoi({ part: { z: { start: 2 } } }, [1, 1, 5, 64, 7])).toMatchObject({ stop: [1, 1, 5, 64, 7] });
  });

  it('is a box where one is given, and all of the image where nothing is', () => {
    const roi = { start: [0, 0, 0, 0, 0], stop: [1, 1, 1, 1, 1] } as const;
    expect(plannedRoi({ roi, part: { z: { start: 2 } } }, shape)).toBe(roi);
    expect(plannedRoi({}, shape)).toBeUndefined();
  });
});
