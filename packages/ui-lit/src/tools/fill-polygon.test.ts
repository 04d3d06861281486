import { emptyLabels, readLabels, wholeRoi, type Labels } from '@brushwood/core';
import { seededRandom } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { flat } from '../testing/stroke-host-double.ts';
import type { Point2, SlicePlane } from '../view/layer.ts';
import { fillPolygon } from './fill-polygon.ts';

type Corner = readonly [u: number, v: number];
const pathOf = (...corners: readonly Corner[]): Point2[] => corners.map(([u, v]) => ({ u, v }));
const pen = { value: 1, locked: new Set<number>() };

function rows(labels: Labels): string[] {
  const [, , , height, width] = labels.shape;
  const values = readLabels(labels, wholeRoi(labels.shape));
  return Array.from({ length: height }, (_, y) => [...values.subarray(y * width, (y + 1) * width)].join(''));
}
const filled = (height: number, width: number, ...corners: readonly Corner[]) =>
  rows(fillPolygon(emptyLabels([1, 1, 1, height, width]), flat, { path: pathOf(...corners), pen })!.labels);

describe('fillPolygon', () => {
  it('fills exactly the voxels of a box along voxel borders, whichever way round', () => {
    const box: Corner[] = [
      [1, 1],
      [4, 1],
      [4, 3],
      [1, 3],
    ]; // prettier-ignore
    const expected = ['00000', '01110', '01110', '00000'];
    expect(filled(4, 5, ...box)).toEqual(expected);
    expect(filled(4, 5, ...box.toReversed())).toEqual(expected);
  });

  it('takes voxels whose centre lies inside, not those only touched', () => {
    expect(filled(1, 4, [0.6, 0], [2.6, 0], [2.6, 1], [0.6, 1])).toEqual(['0110']);
  });

  it('gives every voxel on a common edge to one of two neighbours', () => {
    const upper = filled(4, 4, [0, 0], [4, 0], [0, 4]);
    const lower = filled(4, 4, [4, 0], [4, 4], [0, 4]);
    // centres with u + v = 4 lie on the common edge: they belong to the shape on the right
    expect(upper).toEqual(['1110', '1100', '1000', '0000']);
    expect(lower).toEqual(['0001', '0011', '0111', '1111']);
  });

  it('leaves a hole where a path goes round twice, as even-odd does', () => {
    const star: Corner[] = [
      [0, 0],
      [6, 0],
      [6, 6],
      [0, 6],
      [0, 0],
      [2, 2],
      [4, 2],
      [4, 4],
      [2, 4],
      [2, 2],
    ]; // prettier-ignore
    expect(filled(6, 6, ...star)).toEqual(['111111', '111111', '110011', '110011', '111111', '111111']);
  });

  it('agrees with a test of every centre by the angles it sees of a convex path', () => {
    const random = seededRandom(2);
    for (let run = 0; run < 20; run++) {
      const [cu, cv, radius] = [10 + 4 * random(), 10 + 4 * random(), 3 + 6 * random()];
      const corners = Array.from({ length: 7 }, (_, i): Corner => {
        const angle = (2 * Math.PI * (i + 0.8 * random())) / 7;
        return [cu + radius * Math.cos(angle), cv + radius * Math.sin(angle)];
      });
      const isInside = (u: number, v: number) =>
        corners.every(([au, av], i) => {
          const [bu, bv] = corners[(i + 1) % 7]!;
          return (bu - au) * (v - av) - (bv - av) * (u - au) > 0;
        });
      const expected = Array.from({ length: 24 }, (_, y) =>
        Array.from({ length: 24 }, (_unused, x) => (isInside(x + 0.5, y + 0.5) ? 1 : 0)).join(''),
      );
      expect(filled(24, 24, ...corners)).toEqual(expected);
    }
  });

  it('is cut to the image, and undefined where nothing of it lies', () => {
    expect(filled(2, 2, [-5, -5], [9, -5], [9, 1], [-5, 1])).toEqual(['11', '00']);
    const empty = emptyLabels([1, 1, 1, 4, 4]);
    const nothing = [pathOf([5, 5], [9, 5], [9, 9]), pathOf([1, 1], [1.2, 1], [1.2, 1.2]), pathOf([0, 0], [4, 4])];
    for (const path of nothing) expect(fillPolygon(empty, flat, { path, pen })).toBeUndefined();
  });

  it('erases with 0, and leaves locked labels alone', () => {
    const all = pathOf([0, 0], [3, 0], [3, 1], [0, 1]);
    const ones = fillPolygon(emptyLabels([1, 1, 1, 1, 3]), flat, { path: all, pen })!.labels;
    const half = pathOf([0, 0], [1, 0], [1, 1], [0, 1]);
    const mixed = fillPolygon(ones, flat, { path: half, pen: { ...pen, value: 2 } })!.labels;
    const erased = fillPolygon(mixed, flat, { path: all, pen: { value: 0, locked: new Set([2]) } })!;
    expect(rows(erased.labels)).toEqual(['200']);
  });

  it('fills slices of a volume along every axis', () => {
    const path = pathOf([1, 2], [3, 2], [3, 3], [1, 3]);
    const where = {
      z: [
        [0, 2, 1],
        [0, 2, 2],
      ],
      y: [
        [2, 0, 1],
        [2, 0, 2],
      ],
      x: [
        [1, 2, 0],
        [2, 2, 0],
      ],
    }; // prettier-ignore
    for (const axis of ['z', 'y', 'x'] as const) {
      const plane: SlicePlane = { axis, t: 0, index: 0 };
      const { labels } = fillPolygon(emptyLabels([1, 1, 4, 4, 4]), plane, { path, pen })!;
      const values = readLabels(labels, wholeRoi(labels.shape));
      const found = [...values.keys()].filter((i) => values[i] !== 0).map((i) => [i >> 4, (i >> 2) & 3, i & 3]);
      expect(found).toEqual(where[axis]);
    }
  });
});
