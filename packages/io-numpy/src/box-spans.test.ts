import { elementCount } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { copySpan, spansOf, type Box } from './box-spans.ts';

const shape = [4, 5, 6];

function spans(box: Box, maxElements: number, maxGap: number) {
  return [...spansOf(box, shape, { maxElements, maxGap })].map(({ offset, length }) => [offset, length]);
}

describe('spansOf', () => {
  const whole = { start: [0, 0, 0], stop: shape };
  const corner = { start: [1, 2, 3], stop: [3, 4, 5] };

  it('takes a whole array in one span', () => {
    expect(spans(whole, 1000, 0)).toEqual([[0, 120]]);
  });
  it('takes whole planes together and cuts them at the limit', () => {
    expect(spans(whole, 65, 0)).toEqual([
      [0, 60],
      [60, 60],
    ]);
  });
  it('cuts inside a row that is longer than the limit', () => {
    expect(spans({ start: [0, 0, 0], stop: [1, 1, 6] }, 4, 0)).toEqual([
      [0, 4],
      [4, 2],
    ]);
  });
  it('keeps to the box exactly without gaps', () => {
    // Rows of two elements at z 1–2, y 2–3, x 3: 30 z + 6 y + x.
    expect(spans(corner, 1000, 0)).toEqual([
      [45, 2],
      [51, 2],
      [75, 2],
      [81, 2],
    ]);
  });
  it('reads through gaps that are small enough', () => {
    // Between rows lie 4 elements, between the last row of a plane and the first of the next 22.
    expect(spans(corner, 1000, 22)).toEqual([[45, 38]]);
    const planes = [
      [45, 8],
      [75, 8],
    ];
    expect(spans(corner, 1000, 21)).toEqual(planes);
    expect(spans(corner, 37, 22)).toEqual(planes);
    expect(spans(corner, 8, 4)).toEqual(planes);
    expect(spans(corner, 1000, 3)).toEqual(spans(corner, 1000, 0));
    expect(spans(corner, 7, 22)).toEqual(spans(corner, 1000, 0));
  });

  it.each([
    [1, 0],
    [2, 1000],
    [7, 4],
    [8, 4],
    [20, 1000],
    [37, 22],
    [64, 10],
    [500, 0],
    [500, 1000],
  ])('brings every voxel of every box to its place, at most %i at once and %i in vain', (maxElements, maxGap) => {
    const file = Uint8Array.from({ length: elementCount(shape) }, (_, i) => i);
    for (const box of allBoxes()) {
      const target = new Uint8Array(elementsOf(box).length).fill(255);
      for (const span of spansOf(box, shape, { maxElements, maxGap })) {
        expect(span.length).toBeLessThanOrEqual(maxElements);
        copySpan(span, file.subarray(span.offset, span.offset + span.length), { box, shape, target });
      }
      expect([...target]).toEqual(elementsOf(box));
    }
  });
});

function* allBoxes(): Generator<Box> {
  for (const z of ranges(4))
    for (const y of ranges(5)) for (const x of ranges(6)) yield { start: [z[0], y[0], x[0]], stop: [z[1], y[1], x[1]] };
}

function ranges(size: number): [number, number][] {
  return [
    [0, size],
    [0, 1],
    [1, size - 1],
    [size - 1, size],
  ];
}

/** The box's elements by their definition: element (z, y, x) of the file is 30 z + 6 y + x. */
function elementsOf({ start, stop }: Box): number[] {
  const elements: number[] = [];
  for (let z = start[0]!; z < stop[0]!; z++)
    for (let y = start[1]!; y < stop[1]!; y++)
      for (let x = start[2]!; x < stop[2]!; x++) elements.push(30 * z + 6 * y + x);
  return elements;
}
