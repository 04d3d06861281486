import { describe, expect, it } from 'vitest';
import type { Shape5 } from '../grid/axes.ts';
import { wholeRoi } from '../grid/roi.ts';
import { interpolateLabels, labelGaps } from './interpolate-labels.ts';
import { copyLabelSlice, labelledBox, labelledSlices, labelSliceRoi, type LabelSlice } from './label-slices.ts';
import { countLabels, emptyLabels, readLabels, writeLabels, type Labels } from './labels.ts';

const all = (labels: Labels) => readLabels(labels, wholeRoi(labels.shape));

/** Labels where a function of the voxel says so. */
function labelled(shape: Shape5, valueOf: (z: number, y: number, x: number, t: number) => number): Labels {
  const [nt, , nz, ny, nx] = shape;
  const values = new Uint8Array(nt * nz * ny * nx);
  let i = 0;
  for (let t = 0; t < nt; t++)
    for (let z = 0; z < nz; z++)
      for (let y = 0; y < ny; y++) for (let x = 0; x < nx; x++) values[i++] = valueOf(z, y, x, t);
  return writeLabels(emptyLabels(shape), wholeRoi(shape), values);
}

const inBox = (at: number, from: number, to: number) => at >= from && at < to;

describe('copyLabelSlice', () => {
  const shape: Shape5 = [2, 1, 20, 70, 70];
  const slice = (index: number, t = 0, axis: LabelSlice['axis'] = 'z'): LabelSlice => ({ t, axis, index });

  it('puts the labels of a slice on another one, in space and in time, over borders of chunks', () => {
    const box = (y: number, x: number) => (inBox(y, 60, 68) && inBox(x, 50, 69) ? 3 : 0);
    const labels = labelled(shape, (z, y, x, t) => (z === 15 && t === 0 ? box(y, x) : 0));
    const onSlice = copyLabelSlice(labels, slice(15), slice(16))!;
    expect(onSlice.changed).toBe(8 * 19);
    const expected = labelled(shape, (z, y, x, t) => ((z === 15 || z === 16) && t === 0 ? box(y, x) : 0));
    expect(Buffer.compare(all(onSlice.labels), all(expected))).toBe(0);
    const onFrame = copyLabelSlice(labels, slice(15), slice(15, 1))!;
    const both = labelled(shape, (z, y, x) => (z === 15 ? box(y, x) : 0));
    expect(Buffer.compare(all(onFrame.labels), all(both))).toBe(0);
  });

  it('works along every axis', () => {
    const at = { z: 2, y: 3, x: 4 };
    for (const axis of ['z', 'y', 'x'] as const) {
      const on = (index: number) =>
        labelled([1, 1, 6, 7, 8], (z, y, x) =>
          ({ z, y, x })[axis] <= index && { z, y, x }[axis] >= at[axis] && (z + y + x) % 3 === 0 ? 1 : 0,
        ); // prettier-ignore
      const copied = copyLabelSlice(on(at[axis]), slice(at[axis], 0, axis), slice(at[axis] + 1, 0, axis))!.labels;
      // the same pattern, not the one that goes on: shifted back by one along the axis
      const expected = labelled([1, 1, 6, 7, 8], (z, y, x) => {
        const own = { z, y, x }[axis];
        if (own !== at[axis] && own !== at[axis] + 1) return 0;
        return (z + y + x - (own - at[axis])) % 3 === 0 ? 1 : 0;
      });
      expect(all(copied)).toEqual(all(expected));
    }
  });

  it('leaves labels of the target alone unless told to write over them, and locked ones always', () => {
    const labels = labelled([1, 1, 2, 1, 4], (z, _, x) => (z === 0 ? [1, 1, 1, 0] : [2, 0, 3, 3])[x]!);
    const target = (rule?: Parameters<typeof copyLabelSlice>[3]) => {
      const { labels: after } = copyLabelSlice(labels, slice(0), slice(1), rule)!;
      return [...readLabels(after, labelSliceRoi(after, slice(1)))];
    };
    expect(target()).toEqual([2, 1, 3, 3]);
    expect(target({ overwrites: true })).toEqual([1, 1, 1, 3]);
    expect(target({ overwrites: true, locked: new Set([2]) })).toEqual([2, 1, 1, 3]);
    expect(copyLabelSlice(emptyLabels([1, 1, 2, 1, 4]), slice(0), slice(1))).toBeUndefined();
    expect(copyLabelSlice(labels, slice(0), slice(0))).toBeUndefined();
  });
});

describe('labelledSlices and labelledBox', () => {
  it('find where a label is along an axis, and the box it fills on a slice', () => {
    const labels = labelled([1, 1, 40, 5, 70], (z, y, x) => (z % 17 === 3 && y === 2 && inBox(x, 60, 66) ? 4 : 0));
    expect(labelledSlices(labels, { t: 0, axis: 'z' }, 4)).toEqual([3, 20, 37]);
    expect(labelledSlices(labels, { t: 0, axis: 'y' }, 4)).toEqual([2]);
    expect(labelledSlices(labels, { t: 0, axis: 'x' }, 4)).toEqual([60, 61, 62, 63, 64, 65]);
    expect(labelledSlices(labels, { t: 0, axis: 'z' }, 1)).toEqual([]);
    expect(labelledBox(labels, { t: 0, axis: 'z', index: 20 }, 4)).toEqual({
      start: [0, 0, 20, 2, 60],
      stop: [1, 1, 21, 3, 66],
    });
    expect(labelledBox(labels, { t: 0, axis: 'z', index: 21 })).toBeUndefined();
  });
});

describe('interpolateLabels', () => {
  it('fills a prism between two equal shapes', () => {
    const square = (y: number, x: number) => (inBox(y, 4, 11) && inBox(x, 3, 9) ? 2 : 0);
    const ends = labelled([1, 1, 20, 16, 16], (z, y, x) => (z === 2 || z === 18 ? square(y, x) : 0));
    const filled = interpolateLabels(ends, { t: 0, axis: 'z', index: 9 }, { label: 2 })!;
    const prism = labelled([1, 1, 20, 16, 16], (z, y, x) => (inBox(z, 2, 19) ? square(y, x) : 0));
    expect(Buffer.compare(all(filled.labels), all(prism))).toBe(0);
    expect(filled.changed).toBe(15 * 7 * 6);
  });

  it('makes the discs of a cone between discs of different size, along every axis', () => {
    const size: Shape5 = [1, 1, 41, 41, 41];
    // radius 16 at slice 8, 4 at slice 32: half a voxel per slice
    const radius = (at: number) => 16 - (at - 8) / 2;
    for (const axis of ['z', 'y', 'x'] as const) {
      const disc = (z: number, y: number, x: number) => {
        const own = { z, y, x }[axis];
        return Math.sqrt((z - 20) ** 2 + (y - 20) ** 2 + (x - 20) ** 2 - (own - 20) ** 2) - radius(own);
      };
      const ends = labelled(size, (z, y, x) => {
        const own = { z, y, x }[axis];
        return (own === 8 || own === 32) && disc(z, y, x) <= 0 ? 1 : 0;
      });
      const { labels } = interpolateLabels(ends, { t: 0, axis, index: 20 }, { label: 1 })!;
      const wrong: string[] = [];
      all(labels).forEach((value, i) => {
        const [z, y, x] = [Math.floor(i / 41 ** 2), Math.floor(i / 41) % 41, i % 41] as const;
        const own = { z, y, x }[axis];
        const isBeyond = own < 8 || own > 32;
        // a disc of pixels is known to a pixel: clear inside and outside must be right
        const wanted = isBeyond || disc(z, y, x) > 1 ? 0 : disc(z, y, x) < -1 ? 1 : value;
        if (value !== wanted) wrong.push(`${z} ${y} ${x}`);
      });
      expect(wrong, axis).toEqual([]);
    }
  });

  it('fills on both sides of a slice that is labelled itself, up to the next ones and no further', () => {
    const ends = labelled([1, 1, 20, 3, 3], (z) => ([1, 4, 8, 15].includes(z) ? 1 : 0));
    const slice = (index: number): LabelSlice => ({ t: 0, axis: 'z', index });
    expect(labelGaps(ends, slice(8), 1)).toEqual([
      [4, 8],
      [8, 15],
    ]); // prettier-ignore
    expect(labelGaps(ends, slice(6), 1)).toEqual([[4, 8]]);
    expect(labelGaps(ends, slice(17), 1)).toEqual([]);
    expect(labelGaps(ends, slice(1), 1)).toEqual([[1, 4]]);
    const { labels, roi } = interpolateLabels(ends, slice(8), { label: 1 })!;
    expect(labelledSlices(labels, { t: 0, axis: 'z' }, 1)).toEqual([1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    expect([roi.start[2], roi.stop[2]]).toEqual([5, 15]);
  });

  it('keeps other labels and other frames as they are', () => {
    const ends = labelled([2, 1, 5, 4, 4], (z, _, x, t) => (t === 1 && z % 4 === 0 ? 1 : z === 2 && x === 1 ? 2 : 0));
    const { labels } = interpolateLabels(ends, { t: 1, axis: 'z', index: 2 }, { label: 1 })!;
    const expected = labelled([2, 1, 5, 4, 4], (z, _, x, t) => (z === 2 && x === 1 ? 2 : t === 1 ? 1 : 0));
    expect(all(labels)).toEqual(all(expected));
    expect(countLabels(ends, 2)).toEqual([32, 8]);
    const over = interpolateLabels(ends, { t: 1, axis: 'z', index: 2 }, { label: 1, overwrites: true })!;
    expect(countLabels(over.labels, 2)).toEqual([80, 4]);
  });

  it('has nothing to fill where shapes lie apart', () => {
    const ends = labelled([1, 1, 3, 1, 20], (z, _, x) => (z === 0 && x < 4 ? 1 : z === 2 && x > 15 ? 1 : 0));
    expect(interpolateLabels(ends, { t: 0, axis: 'z', index: 1 }, { label: 1 })).toBeUndefined();
  });
});
