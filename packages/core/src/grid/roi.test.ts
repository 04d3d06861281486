import { describe, expect, it } from 'vitest';
import { checkRoi, intersectRois, roiShape, translateRoi, wholeRoi, withAxis, type Roi } from './roi.ts';
import type { Shape5 } from './axes.ts';

const box = (start: Shape5, stop: Shape5): Roi => ({ start, stop });

describe('roi', () => {
  it('covers the whole image, has a shape, moves, and changes one axis', () => {
    expect(wholeRoi([1, 2, 3, 4, 5])).toEqual(box([0, 0, 0, 0, 0], [1, 2, 3, 4, 5]));
    expect(roiShape(box([0, 0, 1, 2, 3], [1, 1, 4, 6, 8]))).toEqual([1, 1, 3, 4, 5]);
    expect(translateRoi(box([0, 0, 1, 1, 1], [1, 1, 2, 2, 2]), [0, 0, 5, -1, 2])).toEqual(
      box([0, 0, 6, 0, 3], [1, 1, 7, 1, 4]),
    );
    expect(withAxis(wholeRoi([1, 2, 3, 4, 5]), 1, 1, 2)).toEqual(box([0, 1, 0, 0, 0], [1, 2, 3, 4, 5]));
  });

  it('intersects boxes, and has no overlap where they only touch', () => {
    const a = box([0, 0, 0, 0, 0], [1, 1, 1, 4, 4]);
    expect(intersectRois(a, box([0, 0, 0, 2, 3], [1, 1, 1, 9, 9]))).toEqual(box([0, 0, 0, 2, 3], [1, 1, 1, 4, 4]));
    expect(intersectRois(a, box([0, 0, 0, 4, 0], [1, 1, 1, 5, 4]))).toBeUndefined();
  });

  const wrong: [string, Roi][] = [
    ['empty', box([0, 0, 0, 2, 0], [1, 1, 1, 2, 5])],
    ['reversed', box([0, 0, 0, 3, 0], [1, 1, 1, 2, 5])],
    ['negative', box([0, 0, 0, -1, 0], [1, 1, 1, 2, 5])],
    ['too long', box([0, 0, 0, 0, 0], [1, 1, 1, 4, 6])],
    ['not whole', box([0, 0, 0, 0.5, 0], [1, 1, 1, 4, 5])],
    ['not a number', box([0, 0, 0, Number.NaN, 0], [1, 1, 1, 4, 5])],
  ];
  for (const [what, roi] of wrong) {
    it(`refuses a box that is ${what}, and names box and image`, () => {
      expect(() => checkRoi(roi, [1, 1, 1, 4, 5], 'cells.tif')).toThrow(
        expect.objectContaining({ code: 'invalid-roi', message: expect.stringContaining('(1, 1, 1, 4, 5)') }),
      );
    });
  }
  it('accepts the whole image and its last voxel', () => {
    checkRoi(wholeRoi([1, 1, 1, 4, 5]), [1, 1, 1, 4, 5], 'image');
    checkRoi(box([0, 0, 0, 3, 4], [1, 1, 1, 4, 5]), [1, 1, 1, 4, 5], 'image');
  });
});
