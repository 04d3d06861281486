import { describe, expect, it } from 'vitest';
import { elementCount, type Shape5 } from './axes.ts';
import { BlockGrid } from './block-grid.ts';
import { checkRoi, roiShape, wholeRoi, type Roi } from './roi.ts';
import { allocateTensor, copyBox } from './tensor.ts';

const box = (start: Shape5, stop: Shape5): Roi => ({ start, stop });

describe('BlockGrid', () => {
  const shapes: [Shape5, Shape5][] = [
    [
      [2, 1, 5, 7, 9],
      [1, 1, 2, 3, 4],
    ],
    [
      [1, 3, 1, 8, 8],
      [1, 3, 1, 4, 4],
    ],
    [
      [1, 1, 1, 3, 3],
      [9, 9, 9, 9, 9],
    ],
  ];
  for (const [shape, blockShape] of shapes) {
    it(`covers every voxel of (${shape.join(', ')}) once with blocks of (${blockShape.join(', ')})`, () => {
      const grid = new BlockGrid(wholeRoi(shape), blockShape);
      const visits = allocateTensor('uint8', shape);
      let blocks = 0;
      for (const roi of grid) {
        checkRoi(roi, shape, 'block');
        const one = allocateTensor('uint8', roiShape(roi));
        copyBox(visits, roi, one, wholeRoi(one.shape));
        for (let i = 0; i < one.data.length; i++) one.data[i] = Number(one.data[i]) + 1;
        copyBox(one, wholeRoi(one.shape), visits, roi);
        blocks++;
      }
      expect(blocks).toBe(grid.count);
      expect([...visits.data]).toEqual(Array(elementCount(shape)).fill(1));
    });
  }

  it('starts at the box it was given and goes along x first', () => {
    const grid = new BlockGrid(box([0, 0, 0, 1, 2], [1, 1, 1, 3, 7]), [1, 1, 1, 2, 3]);
    expect([...grid]).toEqual([box([0, 0, 0, 1, 2], [1, 1, 1, 3, 5]), box([0, 0, 0, 1, 5], [1, 1, 1, 3, 7])]);
    expect(grid.block(1)).toEqual(box([0, 0, 0, 1, 5], [1, 1, 1, 3, 7]));
  });

  it('refuses blocks without a voxel', () => {
    expect(() => new BlockGrid(wholeRoi([1, 1, 1, 4, 4]), [1, 1, 1, 0, 4])).toThrow(/at least one voxel per axis/);
    expect(() => new BlockGrid(wholeRoi([1, 1, 1, 4, 4]), [1, 1, 1, 1.5, 4])).toThrow(/at least one voxel per axis/);
  });
});
