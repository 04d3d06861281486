import { describe, expect, it } from 'vitest';
import { seededRandom } from '../seeded-random.ts';
import { binColumn, mutualInformation, rowsOfClass, type BinnedColumn } from './mutual-information.ts';

const column = (...bins: number[]): BinnedColumn => ({
  bins: Uint16Array.from(bins),
  binCount: Math.max(...bins) + 1,
});

describe('mutualInformation', () => {
  it('is the entropy of a column with itself: 2 bits for four equal bins', () => {
    const four = column(0, 1, 2, 3);
    expect(mutualInformation(four, four)).toBeCloseTo(2, 12);
  });

  it('is 0 of columns whose values say nothing about each other', () => {
    expect(mutualInformation(column(0, 0, 1, 1), column(0, 1, 0, 1))).toBe(0);
  });

  it('agrees with a table worked out by hand', () => {
    // Counts of (a, b): (0, 0) 3, (0, 1) 1, (1, 0) 1, (1, 1) 3, so all sums are 4 of 8:
    // 2 · 3/8 · log₂(3·8 / 16) + 2 · 1/8 · log₂(8 / 16) = 0.75 · log₂ 1.5 − 0.25.
    const a = column(0, 0, 0, 0, 1, 1, 1, 1);
    const b = column(0, 0, 0, 1, 0, 1, 1, 1);
    expect(mutualInformation(a, b)).toBeCloseTo(0.75 * Math.log2(1.5) - 0.25, 12);
  });

  it('is a whole bit within the classes of an exclusive or, whose two inputs share none', () => {
    const [a, b] = [column(0, 0, 1, 1), column(0, 1, 0, 1)];
    const classes = [0, 1, 1, 0];
    expect(mutualInformation(a, b)).toBe(0);
    for (const value of [0, 1]) {
      expect(mutualInformation(rowsOfClass(a, classes, value), rowsOfClass(b, classes, value))).toBeCloseTo(1, 12);
    }
  });

  it('is the same both ways round, and never negative', () => {
    const random = seededRandom(5);
    const draw = () => column(...Array.from({ length: 200 }, () => Math.floor(6 * random())), 5);
    const [a, b] = [draw(), draw()];
    expect(mutualInformation(a, b)).toBeCloseTo(mutualInformation(b, a), 12);
    expect(mutualInformation(a, b)).toBeGreaterThanOrEqual(0);
  });
});

describe('binColumn', () => {
  it('makes bins as wide as the standard deviation, from the least value up', () => {
    // Mean 3, variance ((−3)² + (−1)² + 1² + 3²) / 4 = 5: bins of 2.236.
    const { bins, binCount } = binColumn(Float32Array.of(0, 2, 4, 6), 1, 0);
    expect([...bins]).toEqual([0, 0, 1, 2]);
    expect(binCount).toBe(3);
  });

  it('numbers only the bins that hold samples', () => {
    // Fifteen zeros and a 1: the deviation is √15 / 16, so the 1 falls into bin 4.
    const { bins, binCount } = binColumn(
      Float32Array.from({ length: 16 }, (_, i) => (i === 3 ? 1 : 0)),
      1,
      0,
    );
    expect(binCount).toBe(2);
    expect(bins[3]).toBe(1);
  });

  it('takes its column out of a matrix, whatever the scale of the values', () => {
    const matrix = Float32Array.of(0, 0, 9, 2e6, 9, 4e6, 0, 6e6);
    expect([...binColumn(matrix, 2, 1).bins]).toEqual([0, 0, 1, 2]);
  });

  it('puts a constant column into one bin', () => {
    expect(binColumn(Float32Array.of(7, 7, 7), 1, 0)).toEqual({ bins: new Uint16Array(3), binCount: 1 });
  });
});
