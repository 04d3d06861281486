import { describe, expect, it } from 'vitest';
import { elementCount, type Shape5 } from '../grid/axes.ts';
import { wholeRoi } from '../grid/roi.ts';
import { seededRandom } from '../testing/random.ts';
import { emptyLabels, readLabels, writeLabels, type Labels } from './labels.ts';
import { eraseLabelStroke, findLabelStrokes, LabelStrokeFinder, type LabelStroke } from './label-strokes.ts';

function withVoxels(shape: Shape5, ...voxels: readonly (readonly [label: number, ...place: Shape5])[]): Labels {
  return voxels.reduce(
    (labels, [label, t, c, z, y, x]) =>
      writeLabels(labels, { start: [t, c, z, y, x], stop: [t + 1, c + 1, z + 1, y + 1, x + 1] }, Uint8Array.of(label)),
    emptyLabels(shape),
  );
}

/** Number and size of the strokes by flooding the dense image. */
function flooded(labels: Labels): string[] {
  const values = readLabels(labels, wholeRoi(labels.shape));
  const [nt, , nz, ny, nx] = labels.shape;
  const found: string[] = [];
  const at = (t: number, z: number, y: number, x: number) => ((t * nz + z) * ny + y) * nx + x;
  for (let t = 0; t < nt; t++)
    for (let z = 0; z < nz; z++)
      for (let y = 0; y < ny; y++)
        for (let x = 0; x < nx; x++) {
          const label = values[at(t, z, y, x)]!;
          if (label === 0) continue;
          let count = 0;
          const stack = [[z, y, x]];
          while (stack.length > 0) {
            const [k, j, i] = stack.pop() as [number, number, number];
            const isInside = k >= 0 && j >= 0 && i >= 0 && k < nz && j < ny && i < nx;
            if (!isInside || values[at(t, k, j, i)] !== label) continue;
            values[at(t, k, j, i)] = 0;
            count++;
            for (let n = 0; n < 27; n++)
              stack.push([k + (n % 3) - 1, j + (Math.floor(n / 3) % 3) - 1, i + Math.floor(n / 9) - 1]);
          }
          found.push(`t${t} ${label}: ${count}`);
        }
  return found.sort();
}

const summary = (strokes: readonly LabelStroke[]) =>
  strokes.map(({ label, voxelCount, roi }) => `t${roi.start[0]} ${label}: ${voxelCount}`).sort();

describe('findLabelStrokes', () => {
  it('joins voxels that touch by a corner, over the corner of four chunks', () => {
    // chunks of a flat image are 128 wide and high
    const labels = withVoxels(
      [1, 1, 1, 300, 300],
      [2, 0, 0, 0, 127, 127],
      [2, 0, 0, 0, 128, 128],
      [2, 0, 0, 0, 127, 129],
    );
    expect(findLabelStrokes(labels)).toEqual([
      {
        label: 2,
        voxelCount: 3,
        roi: { start: [0, 0, 0, 127, 127], stop: [1, 1, 1, 129, 130] },
        at: [0, 0, 0, 127, 127],
      },
    ]);
  });

  it('leads to the voxel in the middle of a stroke', () => {
    const box = { start: [0, 0, 0, 10, 20], stop: [1, 1, 1, 15, 27] } as const;
    const [stroke] = findLabelStrokes(writeLabels(emptyLabels([1, 1, 1, 50, 50]), box, new Uint8Array(35).fill(1)));
    expect(stroke!.at).toEqual([0, 0, 0, 12, 23]);
    const ring = withVoxels(
      [1, 1, 1, 50, 50],
      ...[0, 1, 2, 3, 4, 5, 6, 7, 8].filter((i) => i !== 4).map((i) => [1, 0, 0, 0, Math.floor(i / 3), i % 3] as const),
    );
    expect(findLabelStrokes(ring)[0]!.at).toEqual([0, 0, 0, 0, 1]); // of the ring, not its hole
  });

  it('keeps classes, frames and voxels with a gap apart', () => {
    const labels = withVoxels(
      [2, 1, 3, 200, 200],
      [1, 0, 0, 0, 63, 63],
      [2, 0, 0, 0, 63, 64], // another class beside it
      [1, 1, 0, 0, 63, 63], // the next frame
      [1, 0, 0, 2, 63, 63], // two slices away
    );
    expect(summary(findLabelStrokes(labels))).toEqual(['t0 1: 1', 't0 1: 1', 't0 2: 1', 't1 1: 1']);
  });

  it('finds what flooding a dense image finds, in images of many chunks', () => {
    const random = seededRandom(3);
    for (const shape of [
      [1, 1, 1, 260, 150],
      [2, 1, 36, 70, 66],
    ] as Shape5[]) {
      // prettier-ignore
      const values = Uint8Array.from({ length: elementCount(shape) }, () =>
        random() < 0.13 ? 1 + Math.floor(2 * random()) : 0,
      );
      const labels = writeLabels(emptyLabels(shape), wholeRoi(shape), values);
      const strokes = findLabelStrokes(labels);
      expect(summary(strokes)).toEqual(flooded(labels));
      const isOfIt = ({ at: [t, , z, y, x], label }: LabelStroke) =>
        values[((t * shape[2] + z) * shape[3] + y) * shape[4] + x] === label;
      expect(strokes.every(isOfIt)).toBe(true);
    }
  });

  it('looks at chunks that did not change only once', () => {
    const before = withVoxels([1, 1, 1, 300, 300], [1, 0, 0, 0, 5, 5], [1, 0, 0, 0, 200, 200]);
    const finder = new LabelStrokeFinder();
    const count = (labels: Labels) => {
      const steps = finder.find(labels);
      for (;;) {
        const { done, value } = steps.next();
        if (done) return summary(value);
      }
    };
    expect(count(before)).toEqual(['t0 1: 1', 't0 1: 1']);
    const box = { start: [0, 0, 0, 201, 201], stop: [1, 1, 1, 202, 202] } as const;
    expect(count(writeLabels(before, box, Uint8Array.of(1)))).toEqual(['t0 1: 1', 't0 1: 2']);
  });
});

describe('eraseLabelStroke', () => {
  it('takes one stroke away, over borders of chunks, and nothing else', () => {
    const line = Array.from({ length: 90 }, (_, i) => [1, 0, 0, 0, 100 + i, 90 + i] as const);
    const rest = [
      [1, 0, 0, 0, 20, 20],
      [2, 0, 0, 0, 129, 120],
    ] as const;
    const labels = withVoxels([1, 1, 1, 300, 300], ...line, ...rest);
    const stroke = findLabelStrokes(labels).find(({ voxelCount }) => voxelCount === 90)!;
    const after = eraseLabelStroke(labels, stroke);
    const expected = withVoxels([1, 1, 1, 300, 300], ...rest);
    expect(new Set(after.chunks.keys())).toEqual(new Set(expected.chunks.keys()));
    expect(Buffer.compare(readLabels(after, wholeRoi(after.shape)), readLabels(expected, wholeRoi(after.shape)))).toBe(
      0,
    );
    expect(eraseLabelStroke(after, stroke)).toBe(after);
  });

  it('takes the largest of many away, in a volume of several frames and chunks', () => {
    const random = seededRandom(5);
    const shape: Shape5 = [2, 1, 36, 70, 66];
    const values = Uint8Array.from({ length: elementCount(shape) }, () => (random() < 0.15 ? 1 : 0));
    const labels = writeLabels(emptyLabels(shape), wholeRoi(shape), values);
    const strokes = findLabelStrokes(labels).filter(({ roi }) => roi.start[0] === 1);
    const largest = strokes.reduce((a, b) => (b.voxelCount > a.voxelCount ? b : a));
    const left = flooded(eraseLabelStroke(labels, largest));
    const expected = flooded(labels);
    expected.splice(expected.indexOf(`t1 1: ${largest.voxelCount}`), 1);
    expect(largest.voxelCount).toBeGreaterThan(1000);
    expect(left).toEqual(expected);
  });

  it('takes a megapixel away in a moment', () => {
    const shape: Shape5 = [1, 1, 1, 1024, 1024];
    const labels = writeLabels(emptyLabels(shape), wholeRoi(shape), new Uint8Array(1024 ** 2).fill(1));
    const started = performance.now();
    expect(eraseLabelStroke(labels, { label: 1, at: [0, 0, 0, 512, 512] }).chunks.size).toBe(0);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
