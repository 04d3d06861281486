import { DecisionTreeClassifier } from 'ml-cart';
import { RandomForestClassifier } from 'ml-random-forest';
import { describe, expect, it } from 'vitest';
import type { Classifier, ClassifierModel, OptionValues, Samples, StoredModel, TrainContext } from '@brushwood/core';
import { checkSamples } from '../check-samples.ts';
import { mlCart } from '../ml-cart/classifier.ts';
import { mlRandomForest } from '../ml-random-forest/classifier.ts';
import { RandomStream } from '../random-forest/random.ts';
import { noiseSamples, samplesOf } from '../testing/example-samples.ts';
import { drawSubsample } from './subsample.ts';

const noise = { count: 120, featureCount: 5, classCount: 3 };
const classOf = (row: readonly number[]) => (row[0]! + row[1]! < 0.8 ? 0 : row[2]! < 0.5 ? 1 : 2);
const training = noiseSamples({ ...noise, seed: 5, classOf });
const unseen = noiseSamples({ ...noise, count: 200, seed: 6, classOf });

function train(
  classifier: Classifier,
  samples: Samples,
  changes: Partial<TrainContext> = {},
): Promise<ClassifierModel> {
  const defaults: OptionValues = Object.fromEntries(classifier.options.map((option) => [option.key, option.default]));
  return classifier.train(samples, { seed: 9, ...changes, options: { ...defaults, ...changes.options } });
}

/** Probabilities of samples as (sample, class). */
function predict(model: ClassifierModel, { featureMatrix, sampleCount, featureCount }: Samples): number[][] {
  const data = new Float32Array(featureMatrix.length);
  featureMatrix.forEach((value, i) => (data[(i % featureCount) * sampleCount + Math.floor(i / featureCount)] = value));
  const out = new Float32Array(sampleCount * model.classCount);
  model.predict({ data, featureCount, shape: [1, 1, sampleCount] }, out);
  return Array.from({ length: sampleCount }, (_, i) =>
    Array.from({ length: model.classCount }, (_, c) => out[c * sampleCount + i]!),
  );
}

function rowsOf({ featureMatrix, sampleCount, featureCount }: Samples): number[][] {
  return Array.from({ length: sampleCount }, (_, i) => [
    ...featureMatrix.subarray(i * featureCount, (i + 1) * featureCount),
  ]);
}

describe('ml-cart', () => {
  it('decides as the library does', async () => {
    const library = new DecisionTreeClassifier({ minNumSamples: 3, gainThreshold: 0.01 });
    library.train(rowsOf(training), [...training.classIndices]);
    const ours = predict(await train(mlCart, training), unseen);
    expect(ours.map((row) => row.indexOf(Math.max(...row)))).toEqual(library.predict(rowsOf(unseen)));
  });

  it('gives the class frequencies of the leaf', async () => {
    const rows = [[1], [1], [1], [1], [5]];
    const model = await train(mlCart, samplesOf(rows, [0, 1, 0, 0, 1], 2));
    const [low, high] = predict(model, samplesOf([[0], [9]], [0, 0], 2));
    expect(low).toEqual([0.75, 0.25]);
    expect(high).toEqual([0, 1]);
  });

  it('keeps to the depth limit', async () => {
    const { layout, ...stored } = (await train(mlCart, training, { options: { maxDepth: 1 } })).save() as Extract<
      StoredModel,
      { layout: 'arrays' }
    >;
    expect(layout).toBe('arrays');
    // The shape of a tree with one inner node: 2 + 5 + 2 + 2 numbers.
    expect(stored.arrays.topology).toHaveLength(11);
  });
});

describe('ml-random-forest', () => {
  it('gives the shares of the votes the library counts', async () => {
    const options = { treeCount: 7, featureShare: 0.6 };
    const votes = rowsOf(unseen).map(() => [0, 0, 0]);
    for (let tree = 0; tree < 7; tree++) {
      const library = new RandomForestClassifier({
        seed: new RandomStream(9, tree).below(2 ** 31),
        nEstimators: 1,
        maxFeatures: 3,
        replacement: false,
        noOOB: true,
      });
      library.train(rowsOf(training), [...training.classIndices]);
      const values = library.predictionValues(rowsOf(unseen));
      votes.forEach((row, i) => row[values.getRow(i)[0]!]!++);
    }
    const ours = predict(await train(mlRandomForest, training, { options }), unseen);
    expect(ours).toEqual(votes.map((row) => row.map((count) => Math.fround(count / 7))));
  });

  it('stops between two trees when it is aborted', async () => {
    const controller = new AbortController();
    const onProgress = ({ done }: { done: number }) => done === 2 && controller.abort();
    const { signal } = controller;
    const endless = train(mlRandomForest, training, { options: { treeCount: 10_000 }, signal, onProgress });
    await expect(endless).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe.each([mlCart, mlRandomForest])('$id', (classifier) => {
  const options: OptionValues = classifier === mlRandomForest ? { treeCount: 12, featureShare: 0.6 } : {};

  it('learns', async () => {
    const rows = predict(await train(classifier, training, { options }), unseen);
    const right = rows.filter((row, i) => row.indexOf(Math.max(...row)) === unseen.classIndices[i]).length;
    expect(right / unseen.sampleCount).toBeGreaterThan(0.75);
    for (const row of rows) expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
  });

  it('gives the same model for the same seed, also from a part of the samples', async () => {
    const part = { options: { ...options, maxSamples: 60 } };
    const model = await train(classifier, training, part);
    expect((await train(classifier, training, part)).save()).toEqual(model.save());
    expect((await train(classifier, training, { ...part, seed: 10 })).save()).not.toEqual(model.save());
    expect(model.report?.sampleCount).toBe(120);
    expect(model.report?.warnings.join()).toMatch(/on (59|60) of 120 labelled pixels/);
  });

  it('predicts the same when it is loaded', async () => {
    const model = await train(classifier, training, { options });
    const stored = structuredClone(model.save());
    expect(predict(classifier.load(stored), unseen)).toEqual(predict(model, unseen));
    expect(classifier.load(stored).save()).toEqual(stored);
  });

  it('gives probability 0 to a class without samples', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => [i, -i]);
    const model = await train(
      classifier,
      samplesOf(
        rows,
        rows.map((_, i) => (i < 20 ? 0 : 2)),
        4,
      ),
      { options },
    );
    expect(
      predict(
        model,
        samplesOf(
          [
            [2, -2],
            [38, -38],
          ],
          [0, 0],
          4,
        ),
      ),
    ).toEqual([
      [1, 0, 0, 0],
      [0, 0, 1, 0],
    ]);
  });

  it('estimates a time that grows with the square of the samples it uses', () => {
    const seconds = (sampleCount: number) =>
      classifier.estimateSeconds?.({ ...training, sampleCount }, { treeCount: 10, featureShare: 1, maxSamples: 800 }) ??
      0;
    expect(seconds(400) / seconds(200)).toBeCloseTo(4, 9);
    expect(seconds(100_000)).toBe(seconds(800));
  });

  it('refuses samples it cannot learn from', async () => {
    await expect(train(classifier, samplesOf([], [], 2))).rejects.toMatchObject({ code: 'no-labels' });
    await expect(train(classifier, samplesOf([[1], [2]], [1, 1], 2))).rejects.toMatchObject({ code: 'one-class' });
    await expect(train(classifier, samplesOf([[1], [NaN]], [0, 1], 2))).rejects.toMatchObject({ code: 'not-finite' });
    const aborted = train(classifier, training, { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
  });

  it('refuses a stored model that is damaged', async () => {
    const stored = (await train(classifier, training, { options })).save();
    if (stored.layout !== 'arrays') throw new Error(stored.layout);
    const { arrays } = stored;
    const damaged: StoredModel[] = [
      { ...stored, classifierId: 'random-forest' },
      { ...stored, knownLabels: [1, 2] },
      { ...stored, featureCount: 4 },
      { ...stored, arrays: {} },
      { ...stored, arrays: { ...arrays, topology: arrays.topology!.slice(1) } },
      { ...stored, arrays: { ...arrays, parameters: arrays.parameters!.slice(0, -1) } },
      { ...stored, arrays: { ...arrays, topologyStart: arrays.topologyStart!.map((start) => start + 1) } },
      { ...stored, arrays: { ...arrays, topologyStart: Int32Array.of(0) } },
      { ...stored, arrays: { ...arrays, topology: arrays.topology!.map((n) => (n === 0x40000000 ? 1 : n)) } },
      { ...stored, layout: 'vigra-forests', forests: [] },
    ];
    for (const model of damaged) {
      expect(() => classifier.load(model)).toThrow(expect.objectContaining({ code: 'broken-file' }));
    }
  });
});

describe('drawSubsample', () => {
  it('keeps the share of every class, never a sample twice, and at least one of each', () => {
    const rows = Array.from({ length: 1001 }, (_, i) => [i]);
    const samples = samplesOf(
      rows,
      rows.map((_, i) => (i === 500 ? 2 : i % 4 === 0 ? 1 : 0)),
      3,
    );
    const { rows: kept, classes } = drawSubsample(samples, checkSamples(samples, 'test'), { maxSamples: 100, seed: 1 });
    const counts = [0, 1, 2].map((c) => classes.filter((found) => found === c).length);
    expect(counts).toEqual([74, 24, 1]);
    expect(new Set(kept.map(([id]) => id)).size).toBe(99);
    kept.forEach(([id], i) => expect(samples.classIndices[id!]).toBe(classes[i]));
  });

  it('takes everything, in order, where that is few enough', () => {
    const { rows, classes } = drawSubsample(training, checkSamples(training, 'test'), { maxSamples: 120, seed: 1 });
    expect(rows).toEqual(rowsOf(training));
    expect(classes).toEqual([...training.classIndices]);
  });
});
