import { describe, expect, it } from 'vitest';
import type { Classifier, Samples } from '../contracts/classifier.ts';
import type { Progress } from '../contracts/progress.ts';
import { caught } from '../test-doubles/caught.ts';
import { nearestMean } from '../test-doubles/nearest-mean.ts';
import { fakeServices } from '../test-doubles/phantoms.ts';
import { crossValidate } from './cross-validate.ts';

/** Strokes of some samples each, all of one feature value and one class. */
function strokes(list: readonly { value: number; classIndex: number; size: number }[], classCount = 2) {
  const rows = list.flatMap((stroke, group) => Array.from({ length: stroke.size }, () => ({ ...stroke, group })));
  const samples: Samples = {
    featureMatrix: Float32Array.from(rows, ({ value }) => value),
    classIndices: Uint8Array.from(rows, ({ classIndex }) => classIndex),
    sampleCount: rows.length,
    featureCount: 1,
    classCount,
  };
  return { samples, groups: rows.map(({ group }) => group) };
}

/** Knows what it has seen to the last bit, and takes everything else for class 0. */
const memory: Classifier = {
  id: 'memory',
  displayName: 'Memory',
  options: [],
  async train({ featureMatrix, classIndices, classCount }) {
    const seen = new Map([...featureMatrix].map((value, row) => [value, classIndices[row]!]));
    return {
      featureCount: 1,
      classCount,
      save: () => {
        throw new Error('not needed');
      },
      predict({ data }, out) {
        out.fill(0);
        data.forEach((value, i) => (out[(seen.get(value) ?? 0) * data.length + i] = 1));
      },
    };
  },
  load() {
    throw new Error('not needed');
  },
};

/** Four strokes of class 0 are dark and one bright, all five of class 1 are bright: the odd one is known only to itself. */
const oneOdd = () =>
  strokes([
    ...[0, 0, 0, 0, 10].map((value) => ({ value, classIndex: 0, size: 10 })),
    ...[10, 10, 10, 10, 10].map((value) => ({ value, classIndex: 1, size: 10 })),
  ]);

describe('crossValidate', () => {
  it('counts how held-out samples are taken, and gives figures per class with their spread over the folds', async () => {
    const { samples, groups } = oneOdd();
    const found = await crossValidate(samples, { classifier: nearestMean, groups, seed: 1 });
    expect(found.confusion).toEqual([
      [40, 10],
      [0, 50],
    ]);
    expect(found.scores).toMatchObject({ voxels: 100, accuracy: 0.9 });
    expect(found.scores.classes[0]).toMatchObject({ precision: 1, recall: 0.8, iou: 0.8, support: 50 });
    expect(found.scores.classes[1]!.precision).toBeCloseTo(50 / 60, 12);
    // Four folds without a mistake, one with half of its samples wrong.
    expect([...found.accuracy.values].sort((a, b) => a - b)).toEqual([0.5, 1, 1, 1, 1]);
    expect(found.accuracy.mean).toBeCloseTo(0.9, 12);
    expect(found.accuracy.deviation).toBeCloseTo(Math.sqrt((4 * 0.1 ** 2 + 0.4 ** 2) / 4), 12);
    expect(found.classes[0]!.recall.mean).toBeCloseTo(0.8, 12);
    expect(found).toMatchObject({ folds: 5, groupCounts: [5, 5], singleGroupClasses: [], untestedClasses: [] });
  });

  it('never learns from the stroke that it tests', async () => {
    const { samples, groups } = strokes(
      Array.from({ length: 10 }, (_, i) => ({ value: i, classIndex: i % 2, size: 6 })),
    );
    const together = await crossValidate(samples, { classifier: memory, groups, seed: 3 });
    expect(together.confusion).toEqual([
      [30, 0],
      [30, 0],
    ]);
    const apart = await crossValidate(samples, { classifier: memory, groups: groups.map((_, i) => i), seed: 3 });
    expect(apart.scores.accuracy).toBe(1);
  });

  it('cuts a class of one stroke, and tells that its figures are too good', async () => {
    const { samples, groups } = strokes([
      { value: 0, classIndex: 0, size: 20 },
      { value: 9, classIndex: 1, size: 8 },
      { value: 9, classIndex: 1, size: 8 },
    ]);
    const found = await crossValidate(samples, { classifier: memory, groups, seed: 1, folds: 4 });
    expect(found).toMatchObject({ groupCounts: [1, 2], singleGroupClasses: [0], untestedClasses: [] });
    expect(found.confusion).toEqual([
      [20, 0],
      [0, 16],
    ]);
  });

  it('has no figures for a class of a single sample or of none, and leaves them out of the mean', async () => {
    const { samples, groups } = strokes(
      [
        ...[0, 0, 0, 10, 10, 10].map((value) => ({ value, classIndex: value / 10, size: 5 })),
        { value: 100, classIndex: 2, size: 1 },
      ],
      4,
    );
    const found = await crossValidate(samples, { classifier: nearestMean, groups, seed: 1, folds: 3 });
    expect(found).toMatchObject({ untestedClasses: [2, 3], singleGroupClasses: [] });
    expect(found.scores.classes[2]!.precision).toBeNaN();
    expect(found.scores.classes[3]!.iou).toBeNaN();
    expect(found.scores).toMatchObject({ accuracy: 1, meanIou: 1, voxels: 30 });
    expect(found.balancedAccuracy.mean).toBe(1);
  });

  it('gives the same figures from one seed, with any number of workers or none', async () => {
    const { samples, groups } = strokes(
      Array.from({ length: 12 }, (_, i) => ({ value: (i * 7) % 10, classIndex: i % 2, size: 3 + (i % 4) })),
    );
    const figures = [];
    for (const pool of [undefined, fakeServices(1).pool, fakeServices(3).pool]) {
      const { seconds: _, ...found } = await crossValidate(samples, { classifier: nearestMean, groups, seed: 5, pool });
      figures.push(found);
      await pool?.close();
    }
    expect(figures[1]).toEqual(figures[0]);
    expect(figures[2]).toEqual(figures[0]);
  });

  it('tells how far it is and stops when it is told to', async () => {
    const { samples, groups } = oneOdd();
    const steps: Progress[] = [];
    const stop = new AbortController();
    const onProgress = (step: Progress) => {
      steps.push(step);
      if (step.done >= 40) stop.abort();
    };
    const run = () =>
      crossValidate(samples, { classifier: nearestMean, groups, seed: 1, onProgress, signal: stop.signal });
    expect((await caught(run)).code).toBe('aborted');
    expect(steps.map(({ done }) => done)).toEqual([0, 20, 40]);
  });

  it('asks for more strokes where nothing can be held out', async () => {
    const { samples, groups } = strokes([0, 1].map((classIndex) => ({ value: classIndex, classIndex, size: 1 })));
    const error = await caught(() => crossValidate(samples, { classifier: nearestMean, groups, seed: 1 }));
    expect(error).toMatchObject({ code: 'no-labels', message: expect.stringContaining('Paint more strokes') });
  });

  it('refuses a division that makes no sense', async () => {
    const { samples, groups } = oneOdd();
    const refuse = async (options: { folds?: number; groups: number[] }) =>
      (await caught(() => crossValidate(samples, { classifier: nearestMean, seed: 1, ...options }))).code;
    expect(await refuse({ folds: 1, groups })).toBe('invalid-parameter');
    expect(await refuse({ folds: 2.5, groups })).toBe('invalid-parameter');
    expect(await refuse({ groups: groups.slice(1) })).toBe('invalid-parameter');
  });
});
