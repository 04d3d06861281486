import { describe, expect, it } from 'vitest';
import { allocateArray, arrayFromBytes, dtypeOf, dtypeRange, dtypes, isDtype, itemBytes, type Dtype } from './dtype.ts';

describe('dtype', () => {
  const bytes: Readonly<Record<Dtype, number>> = {
    uint8: 1,
    int8: 1,
    uint16: 2,
    int16: 2,
    uint32: 4,
    int32: 4,
    uint64: 8,
    int64: 8,
    float32: 4,
    float64: 8,
  };

  it('knows exactly the ten types of NumPy that images come in', () => {
    expect([...dtypes].sort()).toEqual(Object.keys(bytes).sort());
    expect(isDtype('float32')).toBe(true);
    expect(isDtype('float16')).toBe(false);
    expect(isDtype('toString')).toBe(false);
  });

  for (const [dtype, size] of Object.entries(bytes) as [Dtype, number][]) {
    it(`makes zeroed arrays of ${dtype} with ${size} bytes an element, and recognises them`, () => {
      const array = allocateArray(dtype, 3);
      expect(array.byteLength).toBe(3 * size);
      expect(itemBytes(dtype)).toBe(size);
      expect(dtypeOf(array)).toBe(dtype);
      expect([...array].every((value) => Number(value) === 0)).toBe(true);
    });
  }

  it('gives the limits of integers, and [0, 1] for floats', () => {
    expect(dtypeRange('uint8')).toEqual([0, 255]);
    expect(dtypeRange('int16')).toEqual([-32768, 32767]);
    expect(dtypeRange('uint32')).toEqual([0, 4294967295]);
    expect(dtypeRange('int64')).toEqual([-(2 ** 63), 2 ** 63]);
    expect(dtypeRange('float32')).toEqual([0, 1]);
    for (const dtype of ['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32'] as const) {
      const [low, high] = dtypeRange(dtype);
      const array = allocateArray(dtype, 2);
      array[0] = low as never;
      array[1] = high as never;
      expect([array[0], array[1]]).toEqual([low, high]);
    }
  });

  it('views aligned bytes without a copy, and copies others', () => {
    const buffer = new Uint8Array([0, 0, 1, 2, 3, 4]);
    const aligned = arrayFromBytes('uint16', buffer.subarray(2));
    expect(aligned.buffer).toBe(buffer.buffer);
    expect([...aligned]).toEqual([...new Uint16Array(Uint8Array.of(1, 2, 3, 4).buffer)]);
    const unaligned = arrayFromBytes('uint16', buffer.subarray(1, 5));
    expect(unaligned.buffer).not.toBe(buffer.buffer);
    expect([...unaligned]).toEqual([...new Uint16Array(Uint8Array.of(0, 1, 2, 3).buffer)]);
  });

  it('refuses arrays that are no image', () => {
    expect(() => dtypeOf(new Uint8ClampedArray(1) as never)).toThrow(/not images/);
  });
});
