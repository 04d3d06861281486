import { describe, expect, it } from 'vitest';
import type { Shape3, Shape5 } from '../grid/axes.ts';
import { caught } from '../test-doubles/caught.ts';
import { chooseBlockShape } from './block-shape.ts';

const any: Shape5 = [1, 1, 1, 1, 1];
const choose = (shape: Shape5, featureCount: number, writeShapes: Shape5[] = [any], wanted?: Shape3) =>
  chooseBlockShape(shape, { featureCount, wanted, writeShapes });

describe('chooseBlockShape', () => {
  it('is flat for flat images and about a cube for volumes', () => {
    const flat = choose([1, 1, 1, 5000, 5000], 49);
    expect(flat[0]).toBe(1);
    expect(flat[1]).toBe(flat[2]);
    const cube = choose([1, 1, 500, 500, 500], 61);
    expect(cube[1]).toBe(cube[2]);
    expect(cube[0]).toBeLessThanOrEqual(cube[1]);
    expect(cube[0]).toBeGreaterThanOrEqual(cube[1] / 2);
    expect(4 * 61 * cube[0] * cube[1] * cube[2]).toBeLessThanOrEqual(48 * 2 ** 20);
  });

  it('shrinks with the number of features', () => {
    expect(choose([1, 1, 1, 5000, 5000], 1000)[1]).toBeLessThan(choose([1, 1, 1, 5000, 5000], 49)[1]);
  });

  it('never exceeds the image', () => {
    expect(choose([1, 1, 3, 20, 30], 61)).toEqual([3, 20, 30]);
    expect(choose([1, 1, 3, 20, 30], 61, [any], [100, 100, 100])).toEqual([3, 20, 30]);
  });

  it('shrinks until it fits into the memory there is, to 16 voxels at least', () => {
    const image: Shape5 = [1, 1, 500, 500, 500];
    const fitting = (most: number) =>
      chooseBlockShape(image, { featureCount: 61, writeShapes: [any], fits: ([z, y, x]) => z * y * x <= most });
    expect(fitting(40 ** 3)).toEqual([32, 32, 32]);
    expect(fitting(0)).toEqual([16, 16, 16]);
    const flat = { featureCount: 49, writeShapes: [any], fits: ([, y]: Shape3) => y <= 100 };
    expect(chooseBlockShape([1, 1, 1, 5000, 5000], flat)).toEqual([1, 96, 96]);
  });

  it('takes what the user wants', () => {
    expect(choose([1, 1, 64, 64, 64], 61, [any], [5, 6, 7])).toEqual([5, 6, 7]);
  });

  it('is rounded up to what every sink writes at once', () => {
    expect(choose([1, 1, 64, 640, 640], 61, [[1, 1, 16, 128, 128]], [5, 130, 7])).toEqual([16, 256, 128]);
    expect(
      choose(
        [1, 1, 1, 640, 640],
        61,
        [
          [1, 1, 1, 4, 4],
          [1, 1, 1, 6, 1],
        ],
        [1, 5, 5],
      ),
    ).toEqual([1, 12, 8]);
    expect(choose([1, 1, 1, 100, 100], 61, [[1, 1, 1, 512, 512]], [1, 5, 5])).toEqual([1, 100, 100]);
  });

  it('refuses sinks whose units only fit together in blocks far larger than usual, and names the units', async () => {
    const narrow: Shape5 = [1, 1, 1, 357, 358];
    const wide: Shape5 = [1, 1, 1, 715, 716];
    const error = await caught(() => choose([1, 1, 1, 20_000, 20_000], 49, [any, narrow, wide]));
    expect(error.code).toBe('unsupported');
    expect(error.message).toMatch(/\(1, 357, 358\) and \(1, 715, 716\).*in one run each/);
    // The image bounds the block, and a sink alone may write as much at once as it likes.
    expect(choose([1, 1, 1, 400, 800], 49, [narrow, wide])).toEqual([1, 400, 716]);
    expect(choose([1, 1, 1, 20_000, 20_000], 49, [any, [1, 1, 1, 4096, 4096]])).toEqual([1, 4096, 4096]);
  });
});
