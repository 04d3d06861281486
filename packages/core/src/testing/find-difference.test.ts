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

  it('lets properties be added if asked to, but not elements', () => {
    const options = { allowsMore: true };
    expect(findDifference({ a: 1, b: 2 }, { a: 1, c: undefined }, 'value', options)).toBeUndefined();
    expect(findDifference({ b: 2 }, { a: 1 }, 'value', options)).toBe('value.a is undefined, expected 1');
    expect(findDifference([1, 2], [1], 'value', options)).toBe('value.length is 2, expected 1');
  });

  it('tells types of arrays apart', () => {
    expect(findDifference(Uint8Array.of(1), Int8Array.of(1))).toBe('value is of type Uint8Array, expected Int8Array');
    expect(findDifference(null, {})).toBe('value is null, expected Object');
  });
});
