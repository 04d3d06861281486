import { describe, expect, it } from 'vitest';
import type { Samples } from '../contracts/classifier.ts';
import { icapOrder } from './icap-order.ts';

/** Samples of the columns given, one array each. */
function samplesOf(classes: readonly number[], columns: readonly (readonly number[])[]): Samples {
  const featureMatrix = Float32Array.from(classes.flatMap((_, row) => columns.map((column) => column[row]!)));
  return {
    featureMatrix,
    classIndices: Uint8Array.from(classes),
    sampleCount: classes.length,
    featureCount: columns.length,
    classCount: Math.max(...classes) + 1,
  };
}

/** Four classes, eight samples: two bits say which. */
const classes = [0, 0, 1, 1, 2, 2, 3, 3];
const high = [0, 0, 0, 0, 1, 1, 1, 1];
const low = [0, 0, 1, 1, 0, 0, 1, 1];
const noise = [0, 1, 0, 1, 0, 1, 0, 1];

describe('icapOrder', () => {
  it('takes what is new before copies of what it has', async () => {
    // High and low tell 1 bit each. With the first `high` taken, a copy of it shares 1 bit with it and nothing within a class: J = 0,
    // as the noise; a second copy shares with two, J = −1.
    expect(await icapOrder(samplesOf(classes, [high, high, high, low, noise]), 5)).toEqual([0, 3, 1, 4, 2]);
  });

  it('takes the most relevant column first, wherever it is', async () => {
    const both = classes; // tells the class: 2 bits
    expect((await icapOrder(samplesOf(classes, [noise, low, both]), 1))[0]).toBe(2);
  });

  it('knows a copy whatever its scale', async () => {
    const scaled = high.map((value) => 5 - 1000 * value);
    expect(await icapOrder(samplesOf(classes, [high, scaled, low]), 2)).toEqual([0, 2]);
  });

  it('does not count against a column what the class explains', async () => {
    // `mixed` is 0 in class 0 and 1 or 2, as `bit` says, in class 1. They share half a bit, and half a bit within the classes:
    // J(bit) = 0 − (0.5 − 0.5), as good as a constant. Without the conditional term it would come last.
    const y = [0, 0, 0, 0, 1, 1, 1, 1];
    const bit = [0, 1, 0, 1, 0, 1, 0, 1];
    const mixed = [0, 0, 0, 0, 1, 2, 1, 2];
    const constant = y.map(() => 3);
    expect(await icapOrder(samplesOf(y, [mixed, bit, constant]), 3)).toEqual([0, 1, 2]);
  });

  it('caps interaction: the other input of an exclusive or is neither punished nor rewarded', async () => {
    // I(a; b) − I(a; b | y) = 0 − 1.
    const a = [0, 0, 1, 1];
    const b = [0, 1, 0, 1];
    const y = [0, 1, 1, 0];
    const constant = [5, 5, 5, 5];
    expect(await icapOrder(samplesOf(y, [a, b, constant]), 3)).toEqual([0, 1, 2]);
    expect(await icapOrder(samplesOf(y, [a, constant, b]), 3)).toEqual([0, 1, 2]);
  });

  it('gives no more columns than there are', async () => {
    expect(await icapOrder(samplesOf(classes, [low]), 7)).toEqual([0]);
  });
});
