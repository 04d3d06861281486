import { describe, expect, it } from 'vitest';
import type { Shape5 } from './axes.ts';
import { padRoi } from './halo.ts';
import type { Roi } from './roi.ts';

const box = (start: Shape5, stop: Shape5): Roi => ({ start, stop });

describe('padRoi', () => {
  it('adds real context only, and says which faces are edges of the image', () => {
    const shape: Shape5 = [3, 2, 10, 20, 30];
    expect(padRoi(box([1, 0, 0, 8, 25], [2, 1, 4, 12, 30]), [2, 3, 4], shape)).toEqual({
      roi: box([1, 0, 0, 5, 21], [2, 1, 6, 15, 30]),
      edges: { start: [true, false, false], stop: [false, false, true] },
    });
  });

  it('takes a face for an edge when the halo ends exactly there', () => {
    const { roi, edges } = padRoi(box([0, 0, 0, 3, 0], [1, 1, 1, 7, 5]), [0, 3, 0], [1, 1, 1, 10, 5]);
    expect([roi.start[3], roi.stop[3]]).toEqual([0, 10]);
    expect([edges.start[1], edges.stop[1]]).toEqual([true, true]);
  });
});
