import { describe, expect, it } from 'vitest';
import { elementCount, type Shape5 } from '../grid/axes.ts';
import { checkRoi, roiShape, wholeRoi, type Roi } from '../grid/roi.ts';
import { copyBox, type Tensor } from '../grid/tensor.ts';
import { randomInteger, seededRandom } from '../testing/random.ts';
import {
  countLabels,
  emptyLabels,
  hasLabels,
  labelBlocks,
  mapLabels,
  readLabels,
  writeLabels,
  type Labels,
} from './labels.ts';

const box = (start: Shape5, stop: Shape5): Roi => ({ start, stop });
const everything = (labels: Labels) => readLabels(labels, wholeRoi(labels.shape));

/** One voxel. */
const voxel = (y: number, x: number, z = 0, t = 0): Roi => box([t, 0, z, y, x], [t + 1, 1, z + 1, y + 1, x + 1]);
const paint = (labels: Labels, roi: Roi, value: number) => writeLabels(labels, roi, Uint8Array.of(value));

/** A flat image of several chunks, and a volume over time. */
const shapes: Shape5[] = [
  [1, 3, 1, 300, 270],
  [2, 1, 20, 70, 130],
];

describe('labels', () => {
  for (const shape of shapes) {
    it(`read back what was written over chunk borders, box by box, in (${shape.join(', ')})`, () => {
      const random = seededRandom(11);
      let labels = emptyLabels(shape);
      const dense: Tensor = { data: new Uint8Array(elementCount(labels.shape)), shape: labels.shape };
      for (let run = 0; run < 12; run++) {
        const start = labels.shape.map((size) => randomInteger(random, 0, size - 1));
        const stop = labels.shape.map((size, i) => Math.min(size, start[i]! + randomInteger(random, 1, 150)));
        const roi = { start, stop } as unknown as Roi;
        const values = Uint8Array.from({ length: elementCount(roiShape(roi)) }, () => randomInteger(random, 0, 3));
        const mode = run % 2 === 0 ? 'replace' : 'merge';
        const merged = values.slice();
        if (mode === 'merge') {
          const before = readLabels(labels, roi);
          merged.forEach((value, i) => (merged[i] = value === 0 ? before[i]! : value));
        }
        copyBox({ data: merged, shape: roiShape(roi) }, wholeRoi(roiShape(roi)), dense, roi);
        labels = writeLabels(labels, roi, values, mode);
        expect(Buffer.compare(readLabels(labels, roi), merged), `box ${run}`).toBe(0);
      }
      expect(Buffer.compare(everything(labels), dense.data as Uint8Array)).toBe(0);
    });
  }

  it('have one channel, whatever the image has', () => {
    expect(emptyLabels([2, 3, 4, 5, 6]).shape).toEqual([2, 1, 4, 5, 6]);
  });

  it('let a 0 erase when they are replaced and keep what is there when they are merged', () => {
    const labels = writeLabels(emptyLabels([1, 1, 1, 1, 4]), wholeRoi([1, 1, 1, 1, 4]), Uint8Array.of(1, 2, 0, 3));
    const edit = Uint8Array.of(0, 1, 2, 0);
    expect([...everything(writeLabels(labels, wholeRoi(labels.shape), edit))]).toEqual([0, 1, 2, 0]);
    expect([...everything(writeLabels(labels, wholeRoi(labels.shape), edit, 'merge'))]).toEqual([1, 1, 2, 3]);
  });

  it('are never changed in place: the old ones stay valid for undo and share untouched chunks', () => {
    const first = paint(paint(emptyLabels([1, 1, 1, 300, 300]), voxel(0, 0), 1), voxel(299, 299), 2);
    const before = everything(first);
    const second = paint(first, voxel(0, 0), 3);
    const erased = paint(first, voxel(0, 0), 0);
    expect(everything(first)).toEqual(before);
    expect(readLabels(second, voxel(0, 0))[0]).toBe(3);
    const lastChunk = Math.max(...first.chunks.keys());
    expect(second.chunks.get(lastChunk)).toBe(first.chunks.get(lastChunk));
    expect(erased.chunks.size).toBe(1);
  });

  it('are empty again when everything is erased', () => {
    const labels = paint(emptyLabels([1, 1, 1, 9, 9]), voxel(4, 4), 1);
    expect(hasLabels(labels)).toBe(true);
    expect(hasLabels(paint(labels, voxel(4, 4), 0))).toBe(false);
  });

  it('accept 99 and refuse 100, the eraser of ilastik', () => {
    const labels = emptyLabels([1, 1, 1, 9, 9]);
    expect(readLabels(paint(labels, voxel(1, 1), 99), voxel(1, 1))[0]).toBe(99);
    expect(() => paint(labels, voxel(1, 1), 100)).toThrow(expect.objectContaining({ code: 'invalid-labels' }));
  });

  it('refuse a box outside the image and values that do not fill it', () => {
    const labels = emptyLabels([1, 1, 1, 9, 9]);
    expect(() => paint(labels, voxel(1, 9), 1)).toThrow(expect.objectContaining({ code: 'invalid-roi' }));
    expect(() => writeLabels(labels, voxel(1, 1), Uint8Array.of(1, 2))).toThrow(
      expect.objectContaining({ code: 'shape-mismatch' }),
    );
  });

  it('are renumbered by a map that leaves 0 alone and drops chunks without labels', () => {
    const labels = paint(paint(emptyLabels([1, 1, 1, 300, 300]), voxel(0, 0), 1), voxel(299, 299), 2);
    const mapped = mapLabels(labels, (value) => (value === 1 ? 0 : value + 5));
    expect(readLabels(mapped, voxel(0, 0))[0]).toBe(0);
    expect(readLabels(mapped, voxel(299, 299))[0]).toBe(7);
    expect(readLabels(mapped, voxel(5, 5))[0]).toBe(0);
    expect(mapped.chunks.size).toBe(1);
  });

  it('are counted per class, classes without a voxel included', () => {
    const labels = writeLabels(emptyLabels([1, 1, 1, 1, 5]), wholeRoi([1, 1, 1, 1, 5]), Uint8Array.of(1, 3, 3, 0, 1));
    expect(countLabels(labels, 4)).toEqual([2, 0, 2, 0]);
    expect(countLabels(emptyLabels([1, 1, 1, 1, 5]), 2)).toEqual([0, 0]);
    expect(countLabels(labels, 1), 'labels above the class count show').toEqual([2, 0, 2]);
  });
});

describe('labelBlocks', () => {
  it('cuts every chunk to the bounding box of its labels, in grid order', () => {
    let labels = emptyLabels([1, 1, 1, 300, 300]);
    for (const [y, x, value] of [
      [250, 250, 2],
      [10, 20, 1],
      [14, 17, 3],
      [127, 128, 1],
    ] as const) {
      labels = paint(labels, voxel(y, x), value);
    }
    const blocks = [...labelBlocks(labels)];
    expect(blocks.map(({ roi }) => roi)).toEqual([
      box([0, 0, 0, 10, 17], [1, 1, 1, 15, 21]),
      voxel(127, 128),
      voxel(250, 250),
    ]);
    const [first] = blocks;
    expect(first!.data[3]).toBe(1);
    expect(first!.data[4 * 4]).toBe(3);
    expect(first!.data.filter((value) => value > 0)).toHaveLength(2);
  });

  it('holds every label of a volume over time exactly once', () => {
    const random = seededRandom(5);
    const shape: Shape5 = [3, 1, 40, 90, 70];
    let labels = emptyLabels(shape);
    for (let i = 0; i < 60; i++) {
      const place = voxel(
        randomInteger(random, 0, 89),
        randomInteger(random, 0, 69),
        randomInteger(random, 0, 39),
        randomInteger(random, 0, 2),
      );
      labels = paint(labels, place, randomInteger(random, 1, 4));
    }
    let again = emptyLabels(shape);
    for (const { roi, data } of labelBlocks(labels)) {
      checkRoi(roi, shape, 'block');
      expect(roi.stop[0] - roi.start[0], 'one time point').toBe(1);
      expect(readLabels(again, roi).every((value) => value === 0)).toBe(true);
      again = writeLabels(again, roi, data);
    }
    expect(Buffer.compare(everything(again), everything(labels))).toBe(0);
  });
});
