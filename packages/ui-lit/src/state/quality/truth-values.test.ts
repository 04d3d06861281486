import { memoryImageSource } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { countTruthValues, fitsClasses, guessMapping, isUseful, meaningOf, type TruthValues } from './truth-values.ts';

const valuesOf = (...values: number[]): TruthValues => values.map((value) => [value, 10]);
const classOf = (...pairs: (readonly [number, number | undefined])[]) => ({ kind: 'values', classOf: new Map(pairs) });

describe('countTruthValues', () => {
  it('counts every value of every slice and time point', async () => {
    const data = Uint8Array.from({ length: 2 * 3 * 4 * 5 }, (_, i) => (i < 60 ? i % 3 : 9));
    const source = memoryImageSource({ data, shape: [2, 1, 3, 4, 5] });
    expect(await countTruthValues(source)).toEqual([
      [0, 20],
      [1, 20],
      [2, 20],
      [9, 60],
    ]);
  });

  it('stops where there are more values than classes could be', async () => {
    const data = Uint16Array.from({ length: 4000 }, (_, i) => i);
    const found = await countTruthValues(memoryImageSource({ data, shape: [1, 1, 40, 10, 10] }));
    expect(found.length).toBeGreaterThan(24);
    expect(found.length).toBeLessThan(4000);
  });
});

describe('guessMapping', () => {
  it('takes 1 for the first class and compares nothing where it is 0 or no class', () => {
    expect(guessMapping(valuesOf(0, 1, 2, 7), 2)).toEqual(classOf([0, undefined], [1, 0], [2, 1], [7, undefined]));
    expect(guessMapping(valuesOf(1, 2), 2)).toEqual(classOf([1, 0], [2, 1]));
  });

  it('takes a mask of two values for both classes', () => {
    expect(guessMapping(valuesOf(0, 255), 2)).toEqual(classOf([0, 0], [255, 1]));
    expect(guessMapping(valuesOf(0, 1), 2)).toEqual(classOf([0, 0], [1, 1]));
    expect(guessMapping(valuesOf(0, 1), 3)).toEqual(classOf([0, undefined], [1, 0]));
  });

  it('takes many values for objects of the last class', () => {
    const many = valuesOf(...Array.from({ length: 40 }, (_, i) => i));
    expect(guessMapping(many, 2)).toEqual({ kind: 'objects', background: 0, foreground: 1 });
  });
});

describe('a mapping', () => {
  it('becomes what a comparison understands: labels from 1, 0 for what is not compared', () => {
    expect(
      meaningOf({
        kind: 'values',
        classOf: new Map([
          [0, undefined],
          [255, 1],
        ]),
      }),
    ).toEqual({
      kind: 'map',
      labels: new Map([
        [0, 0],
        [255, 2],
      ]),
    });
    expect(meaningOf({ kind: 'objects', background: 1, foreground: 0 })).toEqual({
      kind: 'instances',
      background: 1,
      foreground: 0,
    });
  });

  it('is of no use without a class, and does not outlive its classes', () => {
    expect(isUseful(guessMapping(valuesOf(0, 200), 3))).toBe(false);
    expect(isUseful(guessMapping(valuesOf(0, 200), 2))).toBe(true);
    const classes = [1, 2].map(() => ({ name: 'a', color: [0, 0, 0], probabilityColor: [0, 0, 0] }) as const);
    expect(fitsClasses(guessMapping(valuesOf(1, 2), 2), classes)).toBe(true);
    expect(fitsClasses(guessMapping(valuesOf(1, 2, 3), 3), classes)).toBe(false);
  });
});
