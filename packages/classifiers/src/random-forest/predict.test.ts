import { BlockArena, type Shape3, type VigraTree } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { createNumbers } from '../testing/example-samples.ts';
import { checkTree } from './check-forest.ts';
import { compactForest, float32AtLeast } from './compact-forest.ts';
import { TreeWriter } from './forest-layout.ts';
import { choosePatchShape, cutStrips } from './patches.ts';
import { createReferenceEngine, type ForestEngine } from './predict.reference.ts';
import { createWasmEngine } from './predict.wasm.ts';

interface ForestOptions {
  readonly seed: number;
  readonly treeCount: number;
  readonly featureCount: number;
  readonly classCount: number;
  readonly depth: number;
  /** Share of leaves that hold several classes. */
  readonly mixed: number;
}

/** Trees at random: some branches long, thresholds among the values that features take, some between them. */
function randomForestOf({ seed, treeCount, featureCount, classCount, depth, mixed }: ForestOptions): VigraTree[] {
  const random = createNumbers(seed);
  const writer = new TreeWriter(featureCount, classCount);
  const grow = (level: number): number => {
    if (level >= depth || random() < 0.1) return writer.addLeaf(randomLeaf(random, classCount, mixed), 1);
    const threshold = random() < 0.5 ? Math.fround(Math.floor(random() * 16) / 16) : random();
    const address = writer.addInner(Math.floor(random() * featureCount), threshold);
    writer.linkChild(address, 'right', grow(level + 1));
    writer.linkChild(address, 'left', grow(level + 1));
    return address;
  };
  return Array.from({ length: treeCount }, () => {
    writer.reset();
    grow(0);
    return writer.finish();
  });
}

function randomLeaf(random: () => number, classCount: number, mixed: number): number[] {
  const only = Math.floor(random() * classCount);
  if (random() >= mixed) return Array.from({ length: classCount }, (_, c) => (c === only ? 1 : 0));
  const counts = Array.from({ length: classCount }, () => Math.floor(random() * 4));
  counts[only]!++;
  const total = counts.reduce((a, b) => a + b, 0);
  return counts.map((count) => count / total);
}

/** Features of a block: steps of 1/16 with some noise, so that neighbours agree often and not always; a few NaN. */
function randomBlock(seed: number, featureCount: number, shape: Shape3): Float32Array {
  const random = createNumbers(seed);
  const [sizeZ, sizeY, sizeX] = shape;
  const data = new Float32Array(featureCount * sizeZ * sizeY * sizeX);
  for (let i = 0; i < data.length; i++) {
    const smooth = Math.floor(8 + 8 * Math.sin(i / 11)) / 16;
    data[i] = random() < 0.3 ? random() : smooth;
    if (random() < 0.001) data[i] = Number.NaN;
  }
  return data;
}

/** The mean of the leaf vectors, straight from the definition. */
function byDefinition(trees: VigraTree[], data: Float32Array, voxel: number, voxels: number): number[] {
  const featureCount = trees[0]!.topology[0]!;
  const sums = Array<number>(trees[0]!.topology[1]!).fill(0);
  for (let f = 0; f < featureCount; f++) if (Number.isNaN(data[f * voxels + voxel])) return sums;
  for (const { topology, parameters } of trees) {
    let node = 2;
    while (topology[node] === 0) {
      const isBelow = data[topology[node + 4]! * voxels + voxel]! < parameters[topology[node + 1]! + 1]!;
      node = topology[node + (isBelow ? 2 : 3)]!;
    }
    sums.forEach((sum, c) => (sums[c] = sum + Math.fround(parameters[topology[node + 1]! + 1 + c]!)));
  }
  return sums.map((sum) => sum / trees.length);
}

/** Values that are not the same; NaN is the same as NaN. */
function countDifferences(found: Float32Array, expected: Float32Array): number {
  let count = Math.abs(found.length - expected.length);
  for (let i = 0; i < expected.length; i++) if (!Object.is(found[i], expected[i])) count++;
  return count;
}

/** Runs an engine on data in plain arrays. */
function run(engine: ForestEngine, data: Float32Array, shape: Shape3, trees: VigraTree[]): Float32Array {
  const voxels = shape[0] * shape[1] * shape[2];
  const [featureCount, classCount] = [trees[0]!.topology[0]!, trees[0]!.topology[1]!];
  const out = new Float32Array(classCount * voxels).fill(7);
  engine.predict({ data, featureCount, shape }, planesOf(out, classCount));
  return out;
}

function planesOf(out: Float32Array, classCount: number): Float32Array[] {
  const voxels = out.length / classCount;
  return Array.from({ length: classCount }, (_, c) => out.subarray(c * voxels, (c + 1) * voxels));
}

/** Runs the fast engine on data that lies in the worker's arena. */
function runInArena(
  trees: VigraTree[],
  data: Float32Array,
  shape: Shape3,
  { freeBytes, isOutputThere }: { freeBytes: number; isOutputThere: boolean },
): Float32Array {
  const voxels = shape[0] * shape[1] * shape[2];
  const [featureCount, classCount] = [trees[0]!.topology[0]!, trees[0]!.topology[1]!];
  const arena = new BlockArena(4 * data.length + 4 * classCount * voxels + freeBytes + 64);
  const input = arena.allocateFloat32(data.length);
  input.set(data);
  const room = isOutputThere ? arena.allocateFloat32(classCount * voxels) : new Float32Array(classCount * voxels);
  room.fill(7);
  const mark = arena.mark();
  const engine = createWasmEngine(compactForest(trees), arena);
  engine.predict({ data: input, featureCount, shape }, planesOf(room, classCount));
  expect(arena.mark()).toBe(mark);
  expect(countDifferences(input, data)).toBe(0);
  return room.slice();
}

const forests: Record<string, ForestOptions> = {
  'two classes, pure leaves': { seed: 1, treeCount: 20, featureCount: 5, classCount: 2, depth: 7, mixed: 0 },
  'two classes, mixed leaves': { seed: 2, treeCount: 20, featureCount: 5, classCount: 2, depth: 7, mixed: 1 },
  'more trees than a byte counts': { seed: 3, treeCount: 300, featureCount: 3, classCount: 3, depth: 3, mixed: 0.3 },
  'all leaves of one class': { seed: 4, treeCount: 260, featureCount: 1, classCount: 1, depth: 2, mixed: 0 },
  '99 classes': { seed: 5, treeCount: 9, featureCount: 7, classCount: 99, depth: 8, mixed: 0.5 },
  'many features': { seed: 6, treeCount: 5, featureCount: 700, classCount: 2, depth: 6, mixed: 0.2 },
  'deep trees': { seed: 7, treeCount: 3, featureCount: 4, classCount: 2, depth: 13, mixed: 0.1 },
};
const shapes: Shape3[] = [
  [1, 1, 1],
  [1, 8, 8],
  [1, 19, 21],
  [5, 6, 7],
  [9, 1, 30],
  [30, 9, 1],
  [1, 1, 70],
  [3, 4, 3],
];

describe.each(Object.entries(forests))('a forest with %s', (_, options) => {
  const trees = randomForestOf(options);
  trees.forEach((tree) => checkTree(tree, { columnCount: options.featureCount, classCount: options.classCount }, ''));

  it('is the mean of the leaf vectors in every engine, in blocks of any shape', () => {
    const engines = [createReferenceEngine(trees), createWasmEngine(compactForest(trees))];
    for (const shape of shapes) {
      const data = randomBlock(11, options.featureCount, shape);
      const voxels = shape[0] * shape[1] * shape[2];
      const [slow, fast] = engines.map((engine) => run(engine, data, shape, trees));
      expect(countDifferences(fast!, slow!)).toBe(0);
      let largest = 0;
      for (let voxel = 0; voxel < voxels; voxel++) {
        byDefinition(trees, data, voxel, voxels).forEach((expected, c) => {
          largest = Math.max(largest, Math.abs(slow![c * voxels + voxel]! - expected));
        });
      }
      expect(largest).toBeLessThan(1e-6);
    }
  });

  it('gives the same bits inside an arena, wherever the probabilities lie and however little room is left', () => {
    const shape: Shape3 = [1, 45, 52];
    const data = randomBlock(12, options.featureCount, shape);
    const expected = run(createReferenceEngine(trees), data, shape, trees);
    for (const freeBytes of [32 << 20, 0]) {
      for (const isOutputThere of [true, false]) {
        const found = runInArena(trees, data, shape, { freeBytes, isOutputThere });
        expect(countDifferences(found, expected)).toBe(0);
      }
    }
  });
});

describe('blocks that are copied strip by strip', () => {
  it.each([
    [[1, 700, 90] as Shape3, 40],
    [[5, 40, 33] as Shape3, 300],
  ])('give what the readable engine gives (%s voxels)', (shape, featureCount) => {
    const options = { seed: 8, treeCount: 4, featureCount, classCount: 3, depth: 5, mixed: 0.3 };
    const trees = randomForestOf(options);
    const data = randomBlock(13, featureCount, shape);
    expect(cutStrips(shape, choosePatchShape(shape), (4 << 20) / 4 / (featureCount + 3)).length).toBeGreaterThan(1);
    const fast = run(createWasmEngine(compactForest(trees)), data, shape, trees);
    expect(countDifferences(fast, run(createReferenceEngine(trees), data, shape, trees))).toBe(0);
  });

  it('grow the memory when a larger block follows', () => {
    const trees = randomForestOf({ seed: 9, treeCount: 3, featureCount: 6, classCount: 2, depth: 4, mixed: 0 });
    const engine = createWasmEngine(compactForest(trees));
    for (const shape of [
      [1, 3, 3],
      [1, 300, 300],
      [1, 3, 3],
    ] as const) {
      const data = randomBlock(14, 6, shape);
      const expected = run(createReferenceEngine(trees), data, shape, trees);
      expect(countDifferences(run(engine, data, shape, trees), expected)).toBe(0);
    }
  });
});

describe('thresholds that are hard to rank', () => {
  const large = 2 ** 127 * (2 - 2 ** -23);
  const thresholdSets: Record<string, number[]> = {
    'a single one': [0.25],
    zeros: [0, -0, 2 ** -149, -(2 ** -149)],
    'tiny and huge': [-large, -1, 2 ** -149, 1e-30, 1e-8, 1, 1e8, 1e30, large],
    'dense at one end': Array.from({ length: 200 }, (_, i) => 1.13 ** i),
    'dense at both ends': Array.from({ length: 200 }, (_, i) => (i < 100 ? -(1.3 ** i) : 1.3 ** (i - 100))),
    'more than fit a column, evenly': Array.from({ length: 700 }, (_, i) => i / 64),
    'more than fit a column, within a few cells': Array.from({ length: 600 }, (_, i) => (i === 0 ? -1e9 : i / 1024)),
  };

  it.each(Object.entries(thresholdSets))('%s', (_, thresholds) => {
    const trees = thresholds.map((threshold, i) => {
      const writer = new TreeWriter(2, 2);
      writer.reset();
      const address = writer.addInner(i % 2, threshold);
      writer.linkChild(address, 'left', writer.addLeaf([1, 0], 1));
      writer.linkChild(address, 'right', writer.addLeaf([0, 1], 1));
      return writer.finish();
    });
    const around = thresholds.flatMap((t) => [t, float32AtLeast(t), Math.fround(t) * (1 - 2 ** -24), t * 1.0000002]);
    const values = [...around, 0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
    // Values in order, so that few thresholds lie within a patch, and in disorder, so that many do.
    const random = createNumbers(21);
    const sorted = values.toSorted((a, b) => a - b);
    const shuffled = values.map(() => values[Math.floor(random() * values.length)]!);
    const shape: Shape3 = [1, 2, 2 * values.length];
    const data = Float32Array.from([
      ...sorted,
      ...shuffled,
      ...shuffled,
      ...sorted,
      ...shuffled,
      ...sorted,
      ...sorted,
      ...shuffled,
    ]);
    const slow = run(createReferenceEngine(trees), data, shape, trees);
    const fast = run(createWasmEngine(compactForest(trees)), data, shape, trees);
    expect(new Set(slow).size).toBeGreaterThan(1);
    expect(countDifferences(fast, slow)).toBe(0);
  });
});

describe('float32AtLeast', () => {
  it.each([
    [0.5, 0.5],
    [0.5 + 1e-12, 0.5 + 2 ** -24],
    [0.5 - 1e-12, 0.5],
    [-0.5 + 1e-12, -0.5 + 2 ** -25],
    [-0.5 - 1e-12, -0.5],
    [1e-60, 2 ** -149],
    [-1e-60, -0],
    [1e300, Number.POSITIVE_INFINITY],
    [-1e300, -(2 - 2 ** -23) * 2 ** 127],
    [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ])('of %d is %d', (value, expected) => expect(float32AtLeast(value)).toBe(expected));
});

describe('choosePatchShape', () => {
  it.each([
    [
      [1, 256, 256],
      [1, 8, 8],
    ],
    [
      [64, 64, 64],
      [4, 4, 4],
    ],
    [
      [64, 1, 64],
      [8, 1, 8],
    ],
    [
      [64, 64, 1],
      [8, 8, 1],
    ],
    [
      [1, 1, 640],
      [1, 1, 64],
    ],
  ] as const)('covers %s voxels with patches of %s', (shape, patch) => expect(choosePatchShape(shape)).toEqual(patch));
});
