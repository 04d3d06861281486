import { describe, expect, it } from 'vitest';
import { findDifference } from './find-difference.ts';

describe('findDifference', () => {
  it('finds none between equal data', () => {
    const make = () => ({
      a: [1, 'x'],
      b: Float32Array.of(1, NaN),
      c: new Map([[3, new Uint8Array(2)]]),
      d: undefined,
    });
    expect(findDifference(make(), make())).toBeUndefined();
    expect(findDifference({ a: 1 }, { a: 1, b: undefined })).toBeUndefined();
  });

  it('names the place of the first difference', () => {
    expect(findDifference({ a: [1, 2] }, { a: [1, 3] })).toBe('value.a.1 is 2, expected 3');
    expect(findDifference({ a: [1] }, { a: [1, 3] })).toBe('value.a.length is 1, expected 2');
    expect(findDifference(new Map([[7, 'x']]), new Map([[7, 'y']]), 'chunks')).toBe('chunks.7 is "x", expected "y"');
  });

  it('tells types of arrays apart', () => {
    expect(findDifference(Uint8Array.of(1), Int8Array.of(1))).toBe('value is of type Uint8Array, expected Int8Array');
    expect(findDifference(null, {})).toBe('value is null, expected Object');
  });
});
