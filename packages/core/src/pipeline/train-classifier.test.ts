import { describe, expect, it } from 'vitest';
import type { Classifier } from '../contracts/classifier.ts';
import type { WorkerPool } from '../contracts/worker-pool.ts';
import { findById } from '../find-by-id.ts';
import { caught } from '../test-doubles/caught.ts';
import { nearestMean } from '../test-doubles/nearest-mean.ts';
import { fakeServices } from '../test-doubles/phantoms.ts';
import { joinSamples, trainClassifier } from './train-classifier.ts';

const rows = (count: number, featureCount: number, value: number) => ({
  featureMatrix: new Float32Array(count * featureCount).fill(value),
  classIndices: new Uint8Array(count).fill(value),
  featureCount,
  valueRange: [0, 1] as const,
});

describe('joining the rows of several images', () => {
  it('keeps them in order', () => {
    const { featureMatrix, classIndices, sampleCount } = joinSamples([rows(1, 2, 0), rows(2, 2, 1)], 2);
    expect([...featureMatrix]).toEqual([0, 0, 1, 1, 1, 1]);
    expect([...classIndices]).toEqual([0, 1, 1]);
    expect(sampleCount).toBe(3);
  });

  it('refuses images of different numbers of features instead of mixing up their columns', async () => {
    // The middle one is longer, yet what it writes too much would be overwritten by the last: nothing would be noticed.
    const error = await caught(() => joinSamples([rows(1, 2, 0), rows(1, 3, 1), rows(4, 2, 1)], 2));
    expect(error.code).toBe('shape-mismatch');
    expect(error.message).toMatch(/give 2 and 3 features.*channels/s);
  });
});

describe('where a classifier is trained', () => {
  const samples = joinSamples([rows(3, 2, 0), rows(3, 2, 1)], 2);
  const run = async (classifier: Classifier) => {
    const { catalog, pool } = fakeServices(1, [{ name: 'other', classifiers: [{ ...classifier, id: 'other' }] }]);
    const tasks: string[] = [];
    const watched: WorkerPool = {
      ...pool,
      run: (task, input, options) => {
        tasks.push(task.id);
        return pool.run(task, input, options);
      },
    };
    const own = findById(catalog.classifiers, 'other', 'classifier');
    const model = await trainClassifier(own, samples, { seed: 3, pool: watched });
    return { tasks, stored: model.save(), model };
  };

  it('is a worker, so that a page that asks can go on', async () => {
    const { tasks, model } = await run(nearestMean);
    expect(tasks).toEqual(['core/train-model']);
    const out = new Float32Array(4);
    model.predict({ data: Float32Array.of(0, 1, 0, 1), featureCount: 2, shape: [1, 1, 2] }, out);
    expect(out[0]).toBeGreaterThan(0.5);
    expect(out[3]).toBeGreaterThan(0.5);
  });

  it('is up to classifiers that divide their work over the pool, with the same result', async () => {
    const { tasks, stored } = await run({ ...nearestMean, isParallel: true });
    expect(tasks).toEqual([]);
    expect(stored).toEqual((await run(nearestMean)).stored);
  });
});
