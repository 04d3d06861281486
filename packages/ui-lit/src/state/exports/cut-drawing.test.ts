import { describe, expect, it } from 'vitest';
import { cutOfBox, cutOfView } from './cut-drawing.ts';

const shape = [5, 2, 10, 40, 60] as const;
const plane = (axis: 'z' | 'y' | 'x', index: number) => ({ axis, t: 2, index }) as const;
const box = (left: number, top: number, right: number, bottom: number) => ({ left, top, right, bottom });

describe('a box that is drawn on a slice', () => {
  it('sets the two axes of the slice and leaves the others', () => {
    const cut = { z: [1, 4], x: [0, 5] } as const;
    expect(cutOfBox(cut, { plane: plane('z', 3), box: box(10, 20, 30, 35), shape })).toEqual({
      z: [1, 4],
      y: [20, 35],
      x: [10, 30],
    });
    expect(cutOfBox({}, { plane: plane('x', 3), box: box(2, 20, 6, 35), shape })).toEqual({ z: [2, 6], y: [20, 35] });
  });

  it('ends at the edge of the image, and is none beside it', () => {
    expect(cutOfBox({}, { plane: plane('y', 0), box: box(-5, 8, 100, 30), shape })).toEqual({ z: [8, 10], x: [0, 60] });
    expect(cutOfBox({}, { plane: plane('z', 0), box: box(70, 5, 90, 9), shape })).toBeUndefined();
  });
});

describe('the visible part', () => {
  it('is the slice that is seen, of the frame that is seen', () => {
    const slices = [{ plane: plane('z', 3), box: box(9.5, -20, 30.2, 70) }];
    expect(cutOfView(slices, shape)).toEqual({ t: [2, 3], z: [3, 4], x: [9, 31] });
  });

  it('is all that one of several views shows', () => {
    const slices = [
      { plane: plane('z', 3), box: box(10, 5, 30, 20) },
      { plane: plane('y', 3), box: box(15, 2, 40, 9) },
    ];
    expect(cutOfView(slices, shape)).toEqual({ t: [2, 3], z: [2, 9], y: [5, 20], x: [10, 40] });
  });

  it('has an open end where the end of the image is seen, as images of other sizes have another', () => {
    const slices = [
      { plane: plane('z', 3), box: box(10, -3, 99, 20) },
      { plane: plane('y', 3), box: box(15, 0, 99, 9) },
    ];
    expect(cutOfView(slices, shape)).toEqual({
      t: [2, 3],
      z: [undefined, 9],
      y: [undefined, 20],
      x: [10, undefined],
    });
  });

  it('is nothing to cut where all of a flat image is seen', () => {
    expect(cutOfView([{ plane: { axis: 'z', t: 0, index: 0 }, box: box(-1, -1, 61, 41) }], [1, 1, 1, 40, 60])).toEqual(
      {},
    );
  });
});
