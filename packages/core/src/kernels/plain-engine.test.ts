import { describe, expect, it } from 'vitest';
import type { Volume } from '../contracts/filter-engine.ts';
import { BlockArena } from '../pipeline/block-arena.ts';
import { plainEngine } from './plain-engine.ts';

const kernels = plainEngine.bind(new BlockArena(0));
const square = (...values: number[]): Volume => ({ data: Float32Array.from(values), shape: [1, 3, 3] });
const a = square(1, 2, 3, 4, 5, 6, 7, 8, 9);
const b = square(9, 8, 7, 6, 5, 4, 3, 2, 1);
/** The lower right 2 × 2 of a 3 × 3 image. */
const corner = { start: [0, 1, 1], shape: [1, 2, 2] } as const;
const filled = (write: (out: Float32Array) => void) => {
  const out = new Float32Array(4).fill(Number.NaN);
  write(out);
  return [...out];
};

describe('the readable kernels', () => {
  it('crop a box', () => {
    expect(filled((out) => kernels.crop(a, corner, out))).toEqual([5, 6, 8, 9]);
  });
  it('add and subtract over a box', () => {
    expect(filled((out) => kernels.sum([a, b, a], corner, out))).toEqual([15, 16, 18, 19]);
    expect(filled((out) => kernels.subtract(a, b, corner, out))).toEqual([0, 2, 6, 8]);
  });
  it('take the length of a vector over a box', () => {
    const three = square(0, 0, 0, 0, 3, 0, 0, 6, 5);
    const four = square(0, 0, 0, 0, 4, 0, 0, 8, 12);
    expect(filled((out) => kernels.magnitude([three, four], corner, out))).toEqual([5, 0, 10, 13]);
  });
  it('multiply, also in place', () => {
    const out = square(...a.data);
    kernels.multiply(out, b, out);
    expect([...out.data]).toEqual([9, 16, 21, 24, 25, 24, 21, 16, 9]);
  });
  it('have the lowest rank, so that any plugin is preferred', () => {
    expect([plainEngine.id, plainEngine.rank]).toEqual(['plain', 0]);
  });
});
