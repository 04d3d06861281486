import { describe, expect, it } from 'vitest';
import { roiOf, roiSpans } from './roi-option.ts';

const shape = [3, 2, 40, 50, 60] as const;

describe('--roi', () => {
  it.each([
    ['1:2,3:4,5:6', [0, 0, 1, 3, 5], [3, 2, 2, 4, 6]],
    ['3:4,5:6', [0, 0, 0, 3, 5], [3, 2, 40, 4, 6]],
    ['2:3,:,10:,:20', [2, 0, 0, 10, 0], [3, 2, 40, 50, 20]],
  ])('is a box along the last axes of t, z, y, x with all channels: %s', (text, start, stop) => {
    expect(roiOf(roiSpans(text), shape, 'image')).toEqual({ start, stop });
  });

  it.each([
    ['0:41,:,:', 'z', 40],
    ['5:5,0:1', 'y', 50],
    ['0:1,60:61', 'x', 60],
    ['9:3,:,:', 'z', 40],
  ])('refuses %s, naming the axis and its size', (text, axis, size) => {
    expect(() => roiOf(roiSpans(text), shape, 'cells.tif')).toThrow(
      expect.objectContaining({
        code: 'invalid-roi',
        message: expect.stringMatching(`${axis} from .*cells.tif has ${size}`),
      }),
    );
  });

  it.each(['5', '1:2', '1-2,3-4', '1:2,3:4,5:6,7:8,9:10', 'a:b,c:d', '-1:2,0:3'])(
    'refuses %s, and shows how',
    (text) => {
      expect(() => roiSpans(text)).toThrow(/100:612,0:512/);
    },
  );
});
