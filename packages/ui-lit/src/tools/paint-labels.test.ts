import { emptyLabels, readLabels, type Labels, type Shape5 } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import type { SlicePlane } from '../view/layer.ts';
import { fillRegion, labelAt, paintLine, type Pen } from './paint-labels.ts';

const flat: SlicePlane = { axis: 'z', t: 0, index: 0 };
const pen = (more: Partial<Pen> = {}): Pen => ({ diameter: 1, value: 1, locked: new Set(), ...more });

/** Labels of one slice as rows of digits. */
function rows(labels: Labels): string[] {
  const [, , , height, width] = labels.shape;
  const values = readLabels(labels, { start: [0, 0, 0, 0, 0], stop: labels.shape });
  return Array.from({ length: height }, (_, y) => [...values.subarray(y * width, (y + 1) * width)].join(''));
}
const empty = (height: number, width: number) => emptyLabels([1, 1, 1, height, width]);
const line = (labels: Labels, from: [number, number], to: [number, number], by: Pen) =>
  paintLine(labels, flat, { from: { u: from[0], v: from[1] }, to: { u: to[0], v: to[1] }, pen: by })!.labels;

describe('paintLine', () => {
  it('marks the voxel under a pen of one voxel, wherever in it the pointer is', () => {
    for (const at of [0.01, 0.5, 0.99]) {
      expect(rows(line(empty(3, 3), [1 + at, 1 + at], [1 + at, 1 + at], pen()))).toEqual(['000', '010', '000']);
    }
  });

  it('leaves no gap on a fast slanted line', () => {
    const found = rows(line(empty(4, 8), [0.5, 0.5], [7.5, 3.5], pen()));
    const columns = Array.from({ length: 8 }, (_, x) => found.some((row) => row[x] === '1'));
    expect(columns.every(Boolean)).toBe(true);
  });

  it('draws a disc of the diameter: voxels whose centres are at most 1.5 away', () => {
    expect(rows(line(empty(5, 5), [2.5, 2.5], [2.5, 2.5], pen({ diameter: 3 })))).toEqual([
      '00000',
      '01110',
      '01110',
      '01110',
      '00000',
    ]);
    expect(rows(line(empty(7, 7), [3.5, 3.5], [3.5, 3.5], pen({ diameter: 5 })))).toEqual([
      '0000000',
      '0011100',
      '0111110',
      '0111110',
      '0111110',
      '0011100',
      '0000000',
    ]);
  });

  it('paints over other labels but not over locked ones, and erases with 0', () => {
    const two = line(empty(1, 6), [0.5, 0.5], [5.5, 0.5], pen({ value: 2 }));
    const mixed = line(two, [0.5, 0.5], [2.5, 0.5], pen({ value: 3 }));
    expect(rows(mixed)).toEqual(['333222']);
    const locked = new Set([3]);
    expect(rows(line(mixed, [0.5, 0.5], [5.5, 0.5], pen({ value: 1, locked })))).toEqual(['333111']);
    expect(rows(line(mixed, [0.5, 0.5], [5.5, 0.5], pen({ value: 0, locked })))).toEqual(['333000']);
  });

  it('stays within the image, and says so when all of the line is outside', () => {
    expect(rows(line(empty(2, 3), [-4, 0.5], [1.5, 0.5], pen()))).toEqual(['110', '000']);
    const outside = { from: { u: -9, v: 1 }, to: { u: -5, v: 1 }, pen: pen() };
    expect(paintLine(empty(2, 3), flat, outside)).toBeUndefined();
  });

  it('does not change the labels it was given', () => {
    const before = empty(3, 3);
    line(before, [1.5, 1.5], [1.5, 1.5], pen());
    expect(before.chunks.size).toBe(0);
  });

  it('paints on the slices of a volume along every axis', () => {
    const shape: Shape5 = [1, 1, 3, 4, 5];
    const at = (axis: SlicePlane['axis'], index: number, u: number, v: number) =>
      paintLine(
        emptyLabels(shape),
        { axis, t: 0, index },
        { from: { u: u + 0.5, v: v + 0.5 }, to: { u: u + 0.5, v: v + 0.5 }, pen: pen() },
      )!;
    // (z, y, x) = (2, 1, 3) seen along z is u = x, v = y; along y is u = x, v = z; along x is u = z, v = y.
    for (const painted of [at('z', 2, 3, 1), at('y', 1, 3, 2), at('x', 3, 2, 1)]) {
      const values = readLabels(painted.labels, { start: [0, 0, 0, 0, 0], stop: shape });
      expect(values.indexOf(1)).toBe((2 * 4 + 1) * 5 + 3);
      expect(values.filter((value) => value !== 0)).toHaveLength(1);
    }
  });
});

describe('fillRegion', () => {
  const ring = () => {
    let labels = empty(5, 5);
    const corners: [number, number][] = [
      [0.5, 0.5],
      [4.5, 0.5],
      [4.5, 4.5],
      [0.5, 4.5],
    ];
    corners.forEach((corner, i) => (labels = line(labels, corner, corners[(i + 1) % 4]!, pen())));
    return labels;
  };
  const box = { left: 0, top: 0, right: 5, bottom: 5 };

  it('fills the inside of a closed stroke', () => {
    const filled = fillRegion(ring(), flat, { at: { u: 2.5, v: 2.5 }, pen: pen({ value: 2 }), box })!;
    expect(rows(filled.labels)).toEqual(['11111', '12221', '12221', '12221', '11111']);
  });

  it('recolours the stroke itself, and leaves locked labels alone', () => {
    const at = { u: 0.5, v: 0.5 };
    expect(rows(fillRegion(ring(), flat, { at, pen: pen({ value: 2 }), box })!.labels)[0]).toBe('22222');
    expect(fillRegion(ring(), flat, { at, pen: pen({ value: 2, locked: new Set([1]) }), box })).toBeUndefined();
  });

  it('stays in the visible box', () => {
    const visible = { left: 1, top: 1, right: 3, bottom: 5 };
    const filled = fillRegion(empty(5, 5), flat, { at: { u: 1.5, v: 1.5 }, pen: pen(), box: visible })!;
    expect(rows(filled.labels)).toEqual(['00000', '01100', '01100', '01100', '01100']);
  });
});

describe('labelAt', () => {
  it('is the label under a point, 0 outside', () => {
    const labels = line(empty(2, 2), [1.5, 0.5], [1.5, 0.5], pen({ value: 7 }));
    expect([1.2, 0.2, -1, 5].map((u) => labelAt(labels, flat, { u, v: 0.7 }))).toEqual([7, 0, 0, 0]);
  });
});
