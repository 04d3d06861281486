import { createTensor, type Shape5 } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { downsample } from './downsample.ts';

const plane: Shape5 = [1, 1, 1, 2, 2];
const halves: Shape5 = [1, 1, 1, 2, 2];

describe('the mean', () => {
  it('of integers is rounded, halves up', () => {
    const mean = (values: number[]) => downsample(createTensor(Uint8Array.from(values), plane), halves, 'mean').data[0];
    expect(mean([1, 2, 2, 2])).toBe(2); // 1.75
    expect(mean([1, 1, 1, 2])).toBe(1); // 1.25
    expect(mean([1, 1, 2, 2])).toBe(2); // 1.5
    expect(mean([255, 255, 255, 255])).toBe(255);
  });

  it('of negative integers and of wide ones is rounded the same way', () => {
    const signed = createTensor(Int16Array.of(-1, -2, -2, -1), plane);
    expect(downsample(signed, halves, 'mean').data[0]).toBe(-1); // −1.5
    const wide = createTensor(BigInt64Array.of(-1n, -2n, -2n, -1n), plane);
    expect(downsample(wide, halves, 'mean').data[0]).toBe(-1n);
    const large = createTensor(
      BigUint64Array.of(2n ** 64n - 1n, 2n ** 64n - 1n, 2n ** 64n - 1n, 2n ** 64n - 3n),
      plane,
    );
    expect(downsample(large, halves, 'mean').data[0]).toBe(2n ** 64n - 1n); // 2^64 − 1.5
  });

  it('of floats is exact', () => {
    const tensor = createTensor(Float32Array.of(0.25, 0.5, 0.5, 0.5), plane);
    expect(downsample(tensor, halves, 'mean').data[0]).toBe(0.4375);
  });

  it('counts only voxels that exist', () => {
    // [[1, 3, 7], [5, 7, 9], [2, 4, 6]]
    const tensor = createTensor(Uint8Array.of(1, 3, 7, 5, 7, 9, 2, 4, 6), [1, 1, 1, 3, 3]);
    const { data, shape } = downsample(tensor, halves, 'mean');
    expect(shape).toEqual([1, 1, 1, 2, 2]);
    expect([...data]).toEqual([4, 8, 3, 6]);
  });

  it('keeps channels and times apart, and halves only the axes asked for', () => {
    const values = Uint8Array.from({ length: 16 }, (_, i) => i);
    const { data, shape } = downsample(createTensor(values, [2, 2, 2, 1, 2]), [1, 1, 1, 1, 2], 'mean');
    expect(shape).toEqual([2, 2, 2, 1, 1]);
    expect([...data]).toEqual([1, 3, 5, 7, 9, 11, 13, 15]); // 0.5 up to 1, …
    const alongZ = downsample(createTensor(values, [2, 2, 2, 1, 2]), [1, 1, 2, 1, 1], 'mean');
    expect([...alongZ.data]).toEqual([1, 2, 5, 6, 9, 10, 13, 14]);
  });
});

describe('the mode', () => {
  const mode = (...values: number[]) =>
    downsample(createTensor(Uint8Array.from(values), plane), halves, 'mode').data[0];

  it('is the most frequent label, the lowest of equally frequent ones', () => {
    expect(mode(3, 1, 3, 2)).toBe(3);
    expect(mode(2, 2, 1, 1)).toBe(1);
    expect(mode(4, 3, 2, 1)).toBe(1);
    expect(mode(5, 5, 5, 5)).toBe(5);
  });

  it('never invents a label, also of 64 bits', () => {
    const tensor = createTensor(BigUint64Array.of(2n ** 60n, 7n, 2n ** 60n, 9n), plane);
    expect(downsample(tensor, halves, 'mode').data[0]).toBe(2n ** 60n);
  });
});
