import { describe, expect, it } from 'vitest';
import type { HalfTaps, Volume } from '../contracts/filter-engine.ts';
import type { Shape3 } from '../grid/axes.ts';
import { seededRandom } from '../testing/random.ts';
import { correlate, mirrorIndex } from './correlate.reference.ts';

const even = (...values: number[]): HalfTaps => ({ values: Float32Array.from(values), isOdd: false });
const odd = (...values: number[]): HalfTaps => ({ values: Float32Array.from(values), isOdd: true });

function volume(shape: Shape3, data?: number[]): Volume {
  return { shape, data: data ? Float32Array.from(data) : new Float32Array(shape[0] * shape[1] * shape[2]) };
}
function randomVolume(shape: Shape3, seed: number): Volume {
  const random = seededRandom(seed);
  return volume(
    shape,
    [...volume(shape).data].map(() => random()),
  );
}
/** A line of values along one axis, correlated. */
function alongLine(values: number[], taps: HalfTaps, axis: 0 | 1 | 2 = 2): number[] {
  const shape = [1, 1, 1].map((one, i) => (i === axis ? values.length : one)) as unknown as Shape3;
  const out = volume(shape);
  correlate(volume(shape, values), out, { axis, taps, offset: [0, 0, 0] });
  return [...out.data];
}

describe('mirrorIndex', () => {
  it('reflects at both ends without repeating the edge: … 2 1 | 0 1 2 3 | 2 1 …', () => {
    const indices = [-7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8];
    expect(indices.map((i) => mirrorIndex(i, 4))).toEqual([1, 0, 1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1, 2]);
  });
  it('knows lines of two voxels and of one', () => {
    expect([-3, -2, -1, 0, 1, 2, 3].map((i) => mirrorIndex(i, 2))).toEqual([1, 0, 1, 0, 1, 0, 1]);
    expect([-2, -1, 0, 1, 2].map((i) => mirrorIndex(i, 1))).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('correlate', () => {
  for (const axis of [0, 1, 2] as const) {
    it(`adds f[i+j] + f[i−j] for symmetric taps and mirrors its input, along axis ${'zyx'[axis]}`, () => {
      expect(alongLine([1, 2, 4, 8], even(0.5, 0.25), axis)).toEqual([1.5, 2.25, 4.5, 6]);
    });
    it(`adds f[i+j] − f[i−j] for antisymmetric taps, along axis ${'zyx'[axis]}`, () => {
      expect(alongLine([1, 2, 4, 8], odd(0, 0.5), axis)).toEqual([0, 1.5, 3, 0]);
    });
  }

  it('wraps the mirror as often as needed where the kernel is longer than the line', () => {
    // f = a b a b a …: radius 3 reaches b, a, b on both sides of a.
    expect(alongLine([1, 10], even(0, 0, 0, 1))).toEqual([20, 2]);
    expect(alongLine([5], even(0.5, 0.25, 0.25))).toEqual([7.5]);
  });

  it('copies with radius 0, also for derivatives', () => {
    expect(alongLine([1, 2, 4], even(1))).toEqual([1, 2, 4]);
    expect(alongLine([1, 2, 4], odd(1))).toEqual([1, 2, 4]);
  });

  it('writes the box that starts at the offset, as if the whole had been cropped', () => {
    const input = randomVolume([4, 5, 6], 1);
    const taps = even(0.4, 0.2, 0.1);
    for (const axis of [0, 1, 2] as const) {
      const whole = volume([4, 5, 6]);
      correlate(input, whole, { axis, taps, offset: [0, 0, 0] });
      const part = volume([2, 3, 3]);
      correlate(input, part, { axis, taps, offset: [1, 2, 3] });
      let i = 0;
      for (let z = 1; z < 3; z++)
        for (let y = 2; y < 5; y++)
          for (let x = 3; x < 6; x++) expect(part.data[i++]).toBe(whole.data[(z * 5 + y) * 6 + x]);
    }
  });

  it('works along every line of a volume alone', () => {
    const input = randomVolume([2, 3, 4], 2);
    const out = volume([2, 3, 4]);
    correlate(input, out, { axis: 1, taps: even(0.5, 0.25), offset: [0, 0, 0] });
    for (const z of [0, 1]) {
      for (const x of [0, 1, 2, 3]) {
        const line = [0, 1, 2].map((y) => input.data[(z * 3 + y) * 4 + x]!);
        expect([0, 1, 2].map((y) => out.data[(z * 3 + y) * 4 + x])).toEqual(alongLine(line, even(0.5, 0.25)));
      }
    }
  });
});
