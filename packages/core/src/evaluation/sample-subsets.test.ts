import { describe, expect, it } from 'vitest';
import { evenRows, takeColumns, takeRows } from './sample-subsets.ts';

const samples = {
  featureMatrix: Float32Array.of(0, 1, 2, 10, 11, 12, 20, 21, 22),
  classIndices: Uint8Array.of(1, 0, 1),
  sampleCount: 3,
  featureCount: 3,
  classCount: 2,
};

describe('subsets of samples', () => {
  it('take rows with their classes', () => {
    const { featureMatrix, classIndices, sampleCount } = takeRows(samples, [2, 1]);
    expect([...featureMatrix]).toEqual([20, 21, 22, 10, 11, 12]);
    expect([...classIndices]).toEqual([1, 0]);
    expect(sampleCount).toBe(2);
  });

  it('take columns in the order asked for', () => {
    expect([...takeColumns(samples, [2, 0]).featureMatrix]).toEqual([2, 0, 12, 10, 22, 20]);
  });
});

describe('evenRows', () => {
  // 9,000 of class 0, then 1,000 of class 1, then 50 of class 2.
  const classIndices = Uint8Array.from({ length: 10_050 }, (_, i) => (i < 9000 ? 0 : i < 10_000 ? 1 : 2));
  const chosen = (seed: number, limit = 2010) => evenRows({ classIndices, classCount: 3 }, { limit, seed });
  const countOf = (rows: Uint32Array, value: number) => rows.filter((row) => classIndices[row] === value).length;

  it('takes all rows where they are few enough', () => {
    expect(chosen(3, 10_050)).toHaveLength(10_050);
  });

  it('keeps the shares of the classes, but all of a rare one', () => {
    const rows = chosen(0);
    expect(countOf(rows, 0)).toBe(1800);
    expect(countOf(rows, 1)).toBe(200);
    expect(countOf(rows, 2)).toBe(50);
  });

  it('keeps the share of every part of a class', () => {
    expect(chosen(4).filter((row) => row >= 3000 && row < 4000)).toHaveLength(200);
  });

  it('takes others for another seed, the same for the same', () => {
    expect(chosen(1)).toEqual(chosen(1));
    expect(chosen(2)).not.toEqual(chosen(1));
  });
});
