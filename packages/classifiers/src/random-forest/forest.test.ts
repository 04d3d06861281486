import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  createContainer,
  createInlinePool,
  type Samples,
  type StoredModel,
  type TrainContext,
  type WorkerPool,
} from '@brushwood/core';
import { classifiers } from '../plugin.ts';
import { createNumbers, noiseSamples, samplesOf } from '../testing/example-samples.ts';
import { randomForest } from './classifier.ts';
import { findLeaf } from './forest-layout.ts';
import { rankColumns } from './rank-columns.ts';
import { TreeGrower } from './train-tree.ts';

const defaults = { treeCount: 100, maxDepth: 0, minSamplesLeaf: 1 };

function train(samples: Samples, context: Partial<TrainContext> = {}) {
  return randomForest.train(samples, { seed: 7, ...context, options: { ...defaults, ...context.options } });
}

function treesOf(stored: StoredModel) {
  if (stored.layout !== 'vigra-forests') throw new Error(stored.layout);
  return stored.forests.flatMap((forest) => forest.trees);
}

function createWorkers(size: number) {
  return createInlinePool(createContainer([classifiers]).catalog, { size });
}

/** Probabilities of rows, one voxel each, as (voxel, class). */
function predictRows(model: Awaited<ReturnType<typeof train>>, rows: number[][]): number[][] {
  const data = Float32Array.from(rows[0]!.flatMap((_, f) => rows.map((row) => row[f]!)));
  const out = new Float32Array(rows.length * model.classCount);
  model.predict({ data, featureCount: rows[0]!.length, shape: [1, 1, rows.length] }, out);
  return rows.map((_, voxel) => Array.from({ length: model.classCount }, (_, c) => out[c * rows.length + voxel]!));
}

const threeBlobs = noiseSamples({
  count: 240,
  featureCount: 6,
  classCount: 3,
  seed: 5,
  classOf: (row) => (row[0]! + row[1]! < 0.8 ? 0 : row[2]! < 0.5 ? 1 : 2),
});

describe('a tree', () => {
  for (const classCount of [2, 5]) {
    it(`grown to purity classifies its own bootstrap of ${classCount} classes`, () => {
      const noise = { count: 300, featureCount: 5, classCount, seed: 11 };
      const samples = noiseSamples({ ...noise, classOf: (_, random) => Math.floor(random() * classCount) });
      const ranked = rankColumns(samples.featureMatrix, samples.classIndices, classCount);
      const grower = new TreeGrower(ranked, { maxDepth: 0, minSamplesLeaf: 1 }, 3);
      for (let number = 0; number < 4; number++) {
        const tree = grower.grow(number);
        grower.latestBootstrap.weights.forEach((weight, sample) => {
          if (weight === 0) return;
          const leaf = findLeaf(tree, samples.featureMatrix, sample * 5);
          expect(tree.parameters[leaf + 1 + samples.classIndices[sample]!]).toBe(1);
        });
      }
    });
  }

  it('keeps to the depth limit and to the smallest leaf', async () => {
    const model = await train(threeBlobs, { options: { treeCount: 10, maxDepth: 2, minSamplesLeaf: 15 } });
    for (const { topology, parameters } of treesOf(model.save())) {
      const walk = (node: number, depth: number) => {
        if (topology[node] !== 0) return expect(parameters[topology[node + 1]!]).toBeGreaterThanOrEqual(15);
        expect(depth).toBeLessThan(2);
        walk(topology[node + 2]!, depth + 1);
        walk(topology[node + 3]!, depth + 1);
      };
      walk(2, 0);
    }
  });

  it('goes on to other columns when the first ones drawn cannot improve', async () => {
    // 15 constant columns, of which √16 = 4 are tried first, and one that tells.
    const rows = Array.from({ length: 40 }, (_, i) => [...Array<number>(15).fill(4), i]);
    const model = await train(
      samplesOf(
        rows,
        rows.map((_, i) => (i < 20 ? 0 : 1)),
        2,
      ),
      { options: { treeCount: 30 } },
    );
    for (const tree of treesOf(model.save())) {
      expect(tree.topology[2]).toBe(0);
      expect(tree.topology[6]).toBe(15);
    }
  });

  it('learns XOR, where no single column tells the classes apart', async () => {
    const noise = { count: 400, featureCount: 2, classCount: 2, seed: 23 };
    const model = await train(noiseSamples({ ...noise, classOf: ([x, y]) => (x! < 0.5 === y! < 0.5 ? 0 : 1) }));
    const corners = predictRows(model, [
      [0.2, 0.2],
      [0.8, 0.8],
      [0.2, 0.8],
      [0.8, 0.2],
    ]);
    expect(corners.map(([p]) => p! > 0.8)).toEqual([true, true, false, false]);
    expect(corners.map(([p]) => p! < 0.2)).toEqual([false, false, true, true]);
  });

  it('is a leaf with the frequencies where no column tells anything', async () => {
    const rows = Array.from({ length: 40 }, () => [1, 2]);
    const model = await train(
      samplesOf(
        rows,
        rows.map((_, i) => (i < 30 ? 0 : 1)),
        2,
      ),
    );
    for (const tree of treesOf(model.save())) expect(tree.topology.length).toBe(4);
    const [p] = predictRows(model, [[1, 2]]);
    // The mean of 100 bootstraps of 40: standard error 0.007.
    expect(p![0]).toBeGreaterThan(0.7);
    expect(p![0]).toBeLessThan(0.8);
  });
});

describe('training', () => {
  it('gives the same bytes for the same seed, with any number of workers', async () => {
    const alone = (await train(threeBlobs)).save();
    for (const size of [1, 2, 3]) {
      const model = await train(threeBlobs, { pool: createWorkers(size) });
      expect(model.save()).toEqual(alone);
      expect(model.report?.outOfBagError).toBe((await train(threeBlobs)).report?.outOfBagError);
    }
    expect((await train(threeBlobs, { seed: 8 })).save()).not.toEqual(alone);
  });

  describe('in parts', () => {
    afterEach(() => vi.unstubAllGlobals());

    /** Trains on two workers, which are exchanged for others when the first trees are there. */
    async function trainOnExchangedWorkers(isExchanged: boolean) {
      let workers = createWorkers(2);
      const pool: WorkerPool = { ...workers, run: (task, input, options) => workers.run(task, input, options) };
      const context = { seed: 7, options: defaults, pool };
      const partial: number[] = [];
      const model = await randomForest.trainProgressively!(threeBlobs, context, (first) => {
        partial.push(treesOf(first.save()).length);
        if (isExchanged) workers = createWorkers(2);
      });
      expect(partial).toEqual([8]);
      return model.save();
    }

    for (const isShared of [true, false]) {
      for (const isExchanged of [false, true]) {
        const how = `${isShared ? 'with' : 'without'} shared memory, workers ${isExchanged ? 'replaced' : 'kept'}`;
        it(`gives the same bytes ${how}`, async () => {
          const expected = (await train(threeBlobs)).save();
          if (!isShared) vi.stubGlobal('SharedArrayBuffer', undefined);
          expect(await trainOnExchangedWorkers(isExchanged)).toEqual(expected);
        });
      }
    }
  });

  it('distinguishes large seeds that share their low bits', async () => {
    const a = await train(threeBlobs, { seed: 1, options: { treeCount: 3 } });
    const b = await train(threeBlobs, { seed: 1 + 2 ** 32, options: { treeCount: 3 } });
    expect(a.save()).not.toEqual(b.save());
  });

  it('reports no out-of-bag error on separable classes and one half on random labels', async () => {
    const noise = { count: 600, featureCount: 4, classCount: 2 };
    const separable = noiseSamples({ ...noise, seed: 3, classOf: ([x]) => (x! < 0.5 ? 0 : 1) });
    const gap = separable.featureMatrix.map((value, i) => (i % 4 === 0 && value >= 0.5 ? value + 1 : value));
    expect((await train({ ...separable, featureMatrix: gap })).report?.outOfBagError).toBeLessThan(0.005);
    const random = noiseSamples({ ...noise, seed: 4, classOf: (_, next) => (next() < 0.5 ? 0 : 1) });
    // 600 coin tosses: standard error 0.02.
    expect(Math.abs((await train(random)).report!.outOfBagError! - 0.5)).toBeLessThan(0.08);
  });

  it('reports counts, and warns of missing, rare and outnumbered classes', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => [i]);
    const { report } = await train(
      samplesOf(
        rows,
        rows.map((_, i) => (i < 5 ? 2 : 0)),
        3,
      ),
    );
    expect(report).toMatchObject({ sampleCount: 300, featureCount: 1, classCounts: [295, 0, 5] });
    expect(report!.warnings).toHaveLength(3);
    expect(report!.warnings[0]).toContain('2');
    expect(report!.warnings[1]).toContain('only 5');
    expect(report!.warnings[2]).toContain('59 times');
  });

  it('counts trees as progress, the workers together', async () => {
    const seen: number[] = [];
    const onProgress = ({ done, total }: { done: number; total: number }) => {
      expect(total).toBe(20);
      seen.push(done);
    };
    await train(threeBlobs, { options: { treeCount: 20 }, pool: createWorkers(3), onProgress });
    expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  it('stops when it is aborted, before and in the middle', async () => {
    await expect(train(threeBlobs, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 40);
    const endless = train(threeBlobs, { options: { treeCount: 1_000_000 }, signal: controller.signal });
    await expect(endless).rejects.toMatchObject({ code: 'aborted' });
  });

  it('refuses samples it cannot learn from', async () => {
    await expect(train(samplesOf([], [], 2))).rejects.toMatchObject({ code: 'no-labels' });
    await expect(train(samplesOf([[1], [2]], [1, 1], 2))).rejects.toMatchObject({ code: 'one-class' });
    await expect(train(samplesOf([[1], [NaN]], [0, 1], 2))).rejects.toMatchObject({ code: 'not-finite' });
    await expect(train(samplesOf([[1], [Infinity]], [0, 1], 2))).rejects.toMatchObject({ code: 'not-finite' });
    await expect(train(samplesOf([[1], [2]], [0, 2], 2))).rejects.toMatchObject({ code: 'invalid-labels' });
    await expect(train(samplesOf([[], []], [0, 1], 2))).rejects.toMatchObject({ code: 'no-features' });
    const torn = { ...samplesOf([[1], [2]], [0, 1], 2), featureCount: 2 };
    await expect(train(torn)).rejects.toMatchObject({ code: 'shape-mismatch' });
  });
});

describe('classes', () => {
  it('gives probability 0 to a class without samples', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => [i]);
    const model = await train(
      samplesOf(
        rows,
        rows.map((_, i) => (i < 30 ? 0 : 2)),
        4,
      ),
    );
    expect(model.save()).toMatchObject({
      knownLabels: [1, 3],
      classCount: 4,
      forests: [{ classCount: 2, labels: [1, 3] }],
    });
    expect(predictRows(model, [[2], [58]])).toEqual([
      [1, 0, 0, 0],
      [0, 0, 1, 0],
    ]);
  });

  it('handles 99', async () => {
    const random = createNumbers(99);
    const rows = Array.from({ length: 990 }, (_, i) => [(i % 99) + 0.4 * random(), 2 * (i % 99) + 0.4 * random()]);
    const model = await train(
      samplesOf(
        rows,
        rows.map((_, i) => i % 99),
        99,
      ),
      { options: { treeCount: 20 } },
    );
    const probabilities = predictRows(
      model,
      Array.from({ length: 99 }, (_, c) => [c + 0.2, 2 * c + 0.2]),
    );
    const right = probabilities.filter((row, c) => row.indexOf(Math.max(...row)) === c);
    expect(right.length).toBeGreaterThan(90);
    for (const row of probabilities) expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
  });
});

describe('a saved forest', () => {
  it('predicts the same when it is loaded', async () => {
    const model = await train(threeBlobs);
    const stored = structuredClone(model.save());
    const rows = Array.from({ length: 50 }, (_, i) =>
      Array.from({ length: 6 }, (_, f) => ((i * 7 + f * 13) % 29) / 29),
    );
    expect(predictRows(randomForest.load(stored), rows)).toEqual(predictRows(model, rows));
    expect(randomForest.load(stored).save()).toEqual(stored);
  });

  it('carries every key ilastik reads', async () => {
    const stored = (await train(threeBlobs)).save();
    if (stored.layout !== 'vigra-forests') throw new Error(stored.layout);
    expect(stored.forests).toHaveLength(1);
    expect(stored.forests[0]!.options).toEqual({
      tree_count_: 100,
      training_set_proportion_: 1,
      training_set_size_: 0,
      training_set_func_: 0,
      training_set_calc_switch_: 1,
      sample_with_replacement_: 1,
      stratification_method_: 3,
      mtry_: 0,
      mtry_func_: 0,
      mtry_switch_: 6,
      min_split_node_size_: 1,
      predict_weighted_: 0,
      prepare_online_learning_: 0,
    });
    expect(stored.forests[0]!.parameters).toEqual({
      column_count_: 6,
      class_count_: 3,
      row_count_: 240,
      actual_mtry_: 2,
      actual_msample_: 240,
      problem_type_: 1,
      used_: 1,
      is_weighted_: 1,
      precision_: 0,
      response_size_: 1,
    });
  });
});
