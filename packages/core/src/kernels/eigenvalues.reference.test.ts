import { describe, expect, it } from 'vitest';
import type { Volume } from '../contracts/filter-engine.ts';
import { seededRandom } from '../testing/random.ts';
import { cosineOfThird, eigenvalues } from './eigenvalues.reference.ts';

/** Eigenvalues of one matrix, given by its upper triangle row by row. */
function eigenvaluesOf(...entries: number[]): number[] {
  const volumes: Volume[] = entries.map((value) => ({ data: Float32Array.of(value), shape: [1, 1, 1] }));
  const out = new Float32Array(entries.length === 3 ? 2 : 3);
  eigenvalues(volumes, { start: [0, 0, 0], shape: [1, 1, 1] }, out);
  return [...out];
}
function expectClose(found: number[], expected: number[], size = Math.max(...expected.map(Math.abs))) {
  expect(found).toHaveLength(expected.length);
  found.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(2e-7 * size));
}

describe('eigenvalues of 2 × 2 matrices', () => {
  it('are known for matrices one can solve in the head, largest first by sign, not by magnitude', () => {
    expect(eigenvaluesOf(2, 1, 2)).toEqual([3, 1]);
    expect(eigenvaluesOf(-5, 0, 1)).toEqual([1, -5]);
    expect(eigenvaluesOf(0, 3, 0)).toEqual([3, -3]);
    expect(eigenvaluesOf(1, 2, 4)).toEqual([5, 0]);
    expect(eigenvaluesOf(7, 0, 7)).toEqual([7, 7]);
  });
});

describe('eigenvalues of 3 × 3 matrices', () => {
  const root2 = Math.SQRT2;
  const known: [string, number[], number[]][] = [
    ['a diagonal', [3, 0, 0, -7, 0, 5], [5, 3, -7]],
    ['the second difference', [2, -1, 0, 2, -1, 2], [2 + root2, 2, 2 - root2]],
    ['a block of 2 and 1', [2, 1, 0, 2, 0, 10], [10, 3, 1]],
    ['a projection on (1, 2, 2)', [1, 2, 2, 4, 4, 4], [9, 0, 0]],
    ['minus that projection', [-1, -2, -2, -4, -4, -4], [0, 0, -9]],
    ['all ones', [1, 1, 1, 1, 1, 1], [3, 0, 0]],
    ['a multiple of the identity', [4, 0, 0, 4, 0, 4], [4, 4, 4]],
    ['zero', [0, 0, 0, 0, 0, 0], [0, 0, 0]],
    ['trace and determinant 0', [0, 1, 0, 0, 1, 0], [root2, 0, -root2]],
  ];
  for (const [what, matrix, expected] of known) {
    // A double eigenvalue is known only to the root of the precision of the determinant, about 1e-8.
    it(`are known for ${what}`, () => expectClose(eigenvaluesOf(...matrix), expected));
  }

  it('satisfy trace, sum of squares and determinant for random matrices of any magnitude', () => {
    const random = seededRandom(3);
    for (let run = 0; run < 500; run++) {
      const magnitude = 10 ** Math.round(random() * 16 - 8);
      const m = Array.from({ length: 6 }, () => Math.fround((random() - 0.5) * magnitude));
      const [a, b, c, d, e, f] = m as [number, number, number, number, number, number];
      const [p, q, r] = eigenvaluesOf(...m) as [number, number, number];
      const size = Math.max(Math.abs(p), Math.abs(r));
      expect(p >= q && q >= r).toBe(true);
      expect(Math.abs(p + q + r - (a + d + f))).toBeLessThan(5e-7 * size);
      const squares = a * a + d * d + f * f + 2 * (b * b + c * c + e * e);
      expect(Math.abs(p * p + q * q + r * r - squares)).toBeLessThan(1e-6 * size ** 2);
      const det = a * (d * f - e * e) - b * (b * f - e * c) + c * (b * e - d * c);
      expect(Math.abs(p * q * r - det)).toBeLessThan(1e-6 * size ** 3);
    }
  });

  it('are written plane by plane for the box that was asked for', () => {
    const diagonal = (value: number): Volume => ({
      shape: [1, 2, 3],
      data: Float32Array.from([0, 0, 0, 0, value, value + 10]),
    });
    const zero: Volume = { shape: [1, 2, 3], data: new Float32Array(6) };
    const out = new Float32Array(6);
    const box = { start: [0, 1, 1] as const, shape: [1, 1, 2] as const };
    eigenvalues([diagonal(3), zero, zero, diagonal(1), zero, diagonal(2)], box, out);
    expect([...out]).toEqual([3, 13, 2, 12, 1, 11]);
  });
});

describe('cosineOfThird', () => {
  it('is cos(acos(r) / 3) to double precision over its whole range', () => {
    for (let i = 0; i <= 1000; i++) {
      const r = i / 1000;
      expect(Math.abs(cosineOfThird(r) - Math.cos(Math.acos(r) / 3))).toBeLessThan(4e-16);
    }
  });
});
