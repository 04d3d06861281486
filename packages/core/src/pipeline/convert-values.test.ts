import { describe, expect, it } from 'vitest';
import { caught } from '../test-doubles/caught.ts';
import { convertValues, roundHalfEven } from './convert-values.ts';

describe('convertValues', () => {
  it('scales from the range of a source to the whole of an integer type', () => {
    expect(convertValues(Float32Array.of(0, 0.25, 1), 'uint8', { from: [0, 1] })).toEqual(Uint8Array.of(0, 64, 255));
    expect(convertValues(Float32Array.of(0, 0.5, 1), 'uint16', { from: [0, 1] })).toEqual(
      Uint16Array.of(0, 32768, 65535),
    );
    expect(convertValues(Float32Array.of(0, 1), 'int8', { from: [0, 1] })).toEqual(Int8Array.of(-128, 127));
    expect(convertValues(Float32Array.of(10, 20), 'uint8', { from: [10, 20] })).toEqual(Uint8Array.of(0, 255));
  });

  it('rounds half to even and clips', () => {
    expect(convertValues(Float32Array.of(0.5, 1.5, 2.5, -3, 300), 'uint8')).toEqual(Uint8Array.of(0, 2, 2, 0, 255));
    expect(convertValues(Float32Array.of(-0.1, 1.1), 'uint8', { from: [0, 1] })).toEqual(Uint8Array.of(0, 255));
    expect(convertValues(Float64Array.of(-2.5, -1.5, -200), 'int8')).toEqual(Int8Array.of(-2, -2, -128));
  });

  it('casts to floats without scaling, and keeps integers as they are', () => {
    expect(convertValues(Uint8Array.of(1, 200), 'float32', { from: [0, 1] })).toEqual(Float32Array.of(1, 200));
    expect(convertValues(Uint8Array.of(1, 200), 'uint16')).toEqual(Uint16Array.of(1, 200));
    expect(convertValues(Uint16Array.of(1, 300), 'uint8')).toEqual(Uint8Array.of(1, 255));
  });

  it('scales to a range that is named, floats too; a source of one value has no slope', () => {
    const to200 = { from: [0, 1], to: [0, 200] } as const;
    expect(convertValues(Float32Array.of(0, 0.5, 1, 2), 'uint8', to200)).toEqual(Uint8Array.of(0, 100, 200, 255));
    expect(convertValues(Float32Array.of(0, 0.5), 'float32', to200)).toEqual(Float32Array.of(0, 100));
    expect(convertValues(Float32Array.of(3, 4), 'uint8', { from: [3, 3], to: [7, 9] })).toEqual(Uint8Array.of(7, 7));
  });

  it('turns NaN into 0 where there is no NaN', () => {
    expect(convertValues(Float32Array.of(Number.NaN, 1), 'uint8', { from: [0, 1] })).toEqual(Uint8Array.of(0, 255));
  });

  it('returns the values themselves if the type is right already', () => {
    const values = Float32Array.of(1);
    expect(convertValues(values, 'float32', { from: [0, 1] })).toBe(values);
  });

  it('refuses 64-bit integers', async () => {
    expect((await caught(() => convertValues(Float32Array.of(1), 'int64'))).code).toBe('unsupported-dtype');
  });
});

describe('roundHalfEven', () => {
  it("is NumPy's rint", () => {
    const values = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, 0.49999999999999994, 2.4, 2.6, -2.6];
    expect(values.map((value) => roundHalfEven(value) + 0)).toEqual([-2, -2, 0, 0, 2, 2, 4, 0, 2, 3, -3]);
  });
});
