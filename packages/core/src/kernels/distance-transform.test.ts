import { describe, expect, it } from 'vitest';
import { seededRandom } from '../testing/random.ts';
import { signedDistances, squaredDistances } from './distance-transform.ts';

/** By comparing every pixel with every marked one. */
function byHand(mask: Uint8Array, width: number, [su, sv]: readonly [number, number]): number[] {
  const marked = [...mask.keys()].filter((i) => mask[i] !== 0);
  const far = (i: number, j: number) =>
    ((i % width) - (j % width)) ** 2 * su * su + (Math.floor(i / width) - Math.floor(j / width)) ** 2 * sv * sv;
  return [...mask.keys()].map((i) => Math.min(Infinity, ...marked.map((j) => far(i, j))));
}

describe('squaredDistances', () => {
  it('are those to a single pixel, by Pythagoras', () => {
    const mask = new Uint8Array(5 * 4);
    mask[1 * 5 + 1] = 1; // row 1, column 1
    expect([...squaredDistances(mask, { width: 5, height: 4 })]).toEqual(
      [
        [2, 1, 2, 5, 10],
        [1, 0, 1, 4, 9],
        [2, 1, 2, 5, 10],
        [5, 4, 5, 8, 13],
      ].flat(), // prettier-ignore
    );
  });

  it('are exactly those found by comparing all pixels, sparse and dense, with even and uneven spacing', () => {
    const random = seededRandom(5);
    for (const density of [0.01, 0.1, 0.9]) {
      for (const spacing of [
        [1, 1],
        [1, 4],
      ] as const) {
        const [width, height] = [23, 17];
        const mask = Uint8Array.from({ length: width * height }, () => (random() < density ? 1 : 0));
        expect([...squaredDistances(mask, { width, height, spacing })]).toEqual(byHand(mask, width, spacing));
      }
    }
  });

  it('are infinite without a marked pixel', () => {
    expect([...squaredDistances(new Uint8Array(6), { width: 3, height: 2 })]).toEqual(Array(6).fill(Infinity));
  });
});

describe('signedDistances', () => {
  it('grow outwards and fall inwards from the border of a shape', () => {
    const mask = Uint8Array.of(0, 0, 1, 1, 1, 1, 1, 0, 0);
    expect([...signedDistances(mask, { width: 9, height: 1 })]).toEqual([2, 1, -1, -2, -3, -2, -1, 1, 2]);
  });
});
