import { createTensor, type TypedArray } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { autoRange, renderIntensity, rgbDisplay, type ChannelDisplay } from './raw-rendering.ts';

const gray = (min: number, max: number): ChannelDisplay => ({ range: [min, max], color: 'gray', isVisible: true });
const pixels = (data: Uint8ClampedArray) =>
  Array.from({ length: data.length / 4 }, (_, i) => [...data.subarray(4 * i, 4 * i + 4)]);
const row = (data: TypedArray, channels = 1) => createTensor(data, [1, channels, 1, 1, data.length / channels]);

describe('intensity rendering', () => {
  it('maps the range of a gray channel to black and white, rounded and clipped', () => {
    const { data } = renderIntensity(row(Uint8Array.of(0, 50, 100, 150, 255)), 'z', [gray(50, 150)]);
    // (100 − 50) / 100 · 255 = 127.5 → 128
    expect(pixels(data).map(([r]) => r)).toEqual([0, 0, 128, 255, 255]);
    expect(pixels(data)[2]).toEqual([128, 128, 128, 255]);
  });

  it.each([
    ['uint16', Uint16Array.of(1000, 2000, 3000, 65535)],
    ['int16', Int16Array.of(1000, 2000, 3000, 32767)],
    ['float32', Float32Array.of(-5, 2000, 3000, Infinity)],
    ['float64', Float64Array.of(NaN, 2000, 3000, 1e300)],
    ['uint64', BigUint64Array.of(1000n, 2000n, 3000n, 1n << 60n)],
  ])('shows %s', (_, values) => {
    const { data } = renderIntensity(row(values), 'z', [gray(1000, 3000)]);
    expect(pixels(data).map(([r]) => r)).toEqual([0, 128, 255, 255]);
  });

  it('shows a single coloured channel as shades of its colour', () => {
    const { data } = renderIntensity(row(Uint8Array.of(0, 255, 51)), 'z', [
      { range: [0, 255], color: [255, 100, 0], isVisible: true },
    ]);
    expect(pixels(data)).toEqual([
      [0, 0, 0, 255],
      [255, 100, 0, 255],
      [51, 20, 0, 255],
    ]);
  });

  it('adds channels and clips the sum', () => {
    const tensor = row(Uint16Array.of(0, 100, 100, 50, 100, 0), 2); // two channels of three pixels
    const { data } = renderIntensity(tensor, 'z', [
      { range: [0, 100], color: [255, 0, 200], isVisible: true },
      { range: [0, 100], color: [0, 255, 100], isVisible: true },
    ]);
    expect(pixels(data)).toEqual([
      [0, 128, 50, 255], // 50 of 100 is level 128 of 255: 0.392 · 128 = 50.2
      [255, 255, 255, 255], // 200 + 100 is clipped
      [255, 0, 200, 255],
    ]);
  });

  it('leaves hidden channels out, and is black without any', () => {
    const tensor = row(Uint8Array.of(10, 20, 200, 100), 2);
    const hidden = { ...gray(0, 255), isVisible: false };
    expect(pixels(renderIntensity(tensor, 'z', [hidden, gray(0, 255)]).data).map(([r]) => r)).toEqual([200, 100]);
    expect(pixels(renderIntensity(tensor, 'z', [hidden, hidden]).data)).toEqual([
      [0, 0, 0, 255],
      [0, 0, 0, 255],
    ]);
  });

  it('copies RGB', () => {
    const tensor = row(Uint8Array.of(1, 2, 30, 40, 250, 251), 3);
    expect(pixels(renderIntensity(tensor, 'z', rgbDisplay).data)).toEqual([
      [1, 30, 250, 255],
      [2, 40, 251, 255],
    ]);
  });

  it('shows an empty range as black up to its value and white above', () => {
    const { data } = renderIntensity(row(Uint8Array.of(4, 5, 6)), 'z', [gray(5, 5)]);
    expect(pixels(data).map(([r]) => r)).toEqual([0, 0, 255]);
  });

  it('turns slices along x so that z runs right and y down', () => {
    const tensor = createTensor(Uint8Array.of(1, 2, 3, 4, 5, 6), [1, 1, 2, 3, 1]); // z = 2, y = 3
    const { data, width, height } = renderIntensity(tensor, 'x', [gray(0, 255)]);
    expect([width, height]).toEqual([2, 3]);
    expect(pixels(data).map(([r]) => r)).toEqual([1, 4, 2, 5, 3, 6]);
  });

  it('shows slices along y with x right and z down', () => {
    const tensor = createTensor(Uint8Array.of(1, 2, 3, 4, 5, 6), [1, 1, 2, 1, 3]);
    const { data, width, height } = renderIntensity(tensor, 'y', [gray(0, 255)]);
    expect([width, height]).toEqual([3, 2]);
    expect(pixels(data).map(([r]) => r)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('automatic range', () => {
  it('leaves 0.35 % out on both sides', () => {
    const values = Uint16Array.from({ length: 1001 }, (_, i) => i); // 0.0035 · 1000 = 3.5
    expect(autoRange(values)).toEqual([3, 997]);
  });

  it('is not led by a few extreme values', () => {
    const values = new Float32Array(10_000).map((_, i) => i % 100);
    values.fill(1e9, 0, 10);
    expect(autoRange(values)).toEqual([0, 99]);
  });

  it('does without values that are not finite, and copes with constant and empty images', () => {
    expect(autoRange(Float32Array.of(NaN, 2, Infinity, 4))).toEqual([2, 4]);
    expect(autoRange(Uint8Array.of(7, 7, 7))).toEqual([7, 8]);
    expect(autoRange(Float32Array.of(NaN))).toEqual([0, 1]);
    expect(autoRange(new Uint8Array())).toEqual([0, 1]);
  });

  it('orders negative numbers and 64-bit ones', () => {
    expect(autoRange(Int16Array.of(5, -20, 100), 0)).toEqual([-20, 100]);
    expect(autoRange(BigInt64Array.of(5n, -20n, 100n), 0)).toEqual([-20, 100]);
  });

  it('samples long arrays', () => {
    const values = new Uint8Array(2 ** 22).map((_, i) => i >> 14); // 0…255, evenly
    expect(autoRange(values)).toEqual([0, 255]);
  });
});
