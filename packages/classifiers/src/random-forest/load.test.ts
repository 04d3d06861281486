import { describe, expect, it } from 'vitest';
import { BrushwoodError, type FeatureBlock, type StoredModel, type VigraTree } from '@brushwood/core';
import { checkStoredForest } from './check-forest.ts';
import { randomForest } from './classifier.ts';
import { createReferenceEngine } from './predict.reference.ts';

const leaf = 0x40000000;

/**
 * Two trees over two features, written by hand.
 * First: feature 0 < 0.5 → (3/4, 1/4); otherwise feature 1 < 2 → (1, 0), else (0, 1). Its nodes lie in vigra's order:
 * node, right subtree, left subtree. Second: feature 1 < −1 → (1/2, 1/2), else (1/8, 7/8).
 */
function handMadeTrees(): VigraTree[] {
  return [
    {
      topology: Int32Array.of(2, 2, 0, 0, 16, 7, 0, 0, 2, 14, 12, 1, leaf, 4, leaf, 7, leaf, 10),
      parameters: Float64Array.of(1, 0.5, 1, 2, 6, 0, 1, 3, 1, 0, 8, 0.75, 0.25),
    },
    {
      topology: Int32Array.of(2, 2, 0, 0, 7, 9, 1, leaf, 2, leaf, 5),
      parameters: Float64Array.of(1, -1, 4, 0.5, 0.5, 16, 0.125, 0.875),
    },
  ];
}

function handMade(
  change: (trees: VigraTree[]) => void = () => undefined,
): Extract<StoredModel, { layout: 'vigra-forests' }> {
  const trees = handMadeTrees();
  change(trees);
  const forest = { columnCount: 2, classCount: 2, labels: [1, 2], options: {}, parameters: {} };
  return {
    layout: 'vigra-forests',
    classifierId: 'random-forest',
    // As ilastik saves: one forest per thread.
    forests: trees.map((tree) => ({ ...forest, trees: [tree] })),
    knownLabels: [1, 2],
    featureCount: 2,
    classCount: 2,
  };
}

/** Voxels as (feature 0, feature 1), and the probabilities worked out by hand. */
const voxels: { features: [number, number]; expected: [number, number] }[] = [
  { features: [0, 0], expected: [(0.75 + 0.125) / 2, (0.25 + 0.875) / 2] },
  { features: [0.5, 0], expected: [(1 + 0.125) / 2, 0.875 / 2] }, // equal to the threshold: right
  { features: [0.5, 2], expected: [0.125 / 2, (1 + 0.875) / 2] }, // equal twice
  { features: [9, 1.9999999], expected: [(1 + 0.125) / 2, 0.875 / 2] },
  { features: [-9, -1], expected: [(0.75 + 0.125) / 2, (0.25 + 0.875) / 2] },
  { features: [-9, -1.0000001], expected: [(0.75 + 0.5) / 2, (0.25 + 0.5) / 2] },
  { features: [Infinity, -Infinity], expected: [(1 + 0.5) / 2, 0.5 / 2] },
  { features: [NaN, 0], expected: [0, 0] },
  { features: [0, NaN], expected: [0, 0] },
];

const block: FeatureBlock = {
  data: Float32Array.from([...voxels.map((v) => v.features[0]), ...voxels.map((v) => v.features[1])]),
  featureCount: 2,
  shape: [1, 3, 3],
};
const expected = Float32Array.from([...voxels.map((v) => v.expected[0]), ...voxels.map((v) => v.expected[1])]);

describe('a hand-made forest', () => {
  it('predicts what one works out by hand', () => {
    const out = new Float32Array(18).fill(7);
    randomForest.load(handMade()).predict(block, out);
    expect(out).toEqual(expected);
  });

  it('predicts the same in the readable engine', () => {
    const out = new Float32Array(18).fill(7);
    const { trees } = checkStoredForest(handMade());
    createReferenceEngine(trees).predict(block, [out.subarray(0, 9), out.subarray(9)]);
    expect(out).toEqual(expected);
  });

  it('scatters its columns to the labels it knows', () => {
    const out = new Float32Array(36).fill(7);
    randomForest.load({ ...handMade(), knownLabels: [2, 4], classCount: 4 }).predict(block, out);
    const zeros = new Float32Array(9);
    expect(out).toEqual(Float32Array.of(...zeros, ...expected.subarray(0, 9), ...zeros, ...expected.subarray(9)));
  });

  it('compares a float32 feature with a double threshold exactly', () => {
    const below = Math.fround(0.1); // 0.1000000015 as a double
    for (const [threshold, goesLeft] of [
      [below, false],
      [below + 1e-12, true],
      [below - 1e-12, false],
    ] as const) {
      const stored = handMade((trees) => trees.forEach((tree) => (tree.parameters[1] = threshold)));
      const out = new Float32Array(2);
      const { forests } = stored;
      const one = { ...stored, forests: forests.slice(1) };
      randomForest.load(one).predict({ data: Float32Array.of(0, below), featureCount: 2, shape: [1, 1, 1] }, out);
      expect(out[0]).toBe(goesLeft ? 0.5 : 0.125);
    }
  });
});

describe('predict', () => {
  const model = randomForest.load(handMade());
  const three = { data: new Float32Array(27), featureCount: 3, shape: [1, 3, 3] } as const;
  it.each([
    ['a block of other features', three, 18],
    ['an output of another length', block, 17],
    ['a block whose data does not fill it', { ...block, shape: [2, 3, 3] } as const, 36],
  ])('refuses %s', (_, features, length) => {
    expect(() => model.predict(features, new Float32Array(length))).toThrow(
      expect.objectContaining({ code: 'shape-mismatch' }),
    );
  });
});

describe('load refuses', () => {
  const set = (tree: number, at: number, value: number) => handMade((trees) => (trees[tree]!.topology[at] = value));
  const stored = handMade();
  const [first] = stored.forests;
  const cases: Record<string, StoredModel> = {
    'another layout': { ...stored, layout: 'arrays', arrays: {}, texts: {} } as StoredModel,
    'no forest': { ...stored, forests: [] },
    'a forest without trees': { ...stored, forests: [{ ...first!, trees: [] }] },
    'no known label': { ...stored, knownLabels: [] },
    'labels that are not ascending': { ...stored, knownLabels: [2, 1] },
    'labels beyond the classes': { ...stored, knownLabels: [1, 3] },
    'fewer classes than labels': { ...stored, knownLabels: [1, 2, 3], classCount: 3 },
    'another number of features': { ...stored, featureCount: 3 },
    'forest labels of another number': { ...stored, forests: [{ ...first!, labels: [1] }] },
    'a tree of other columns': set(0, 0, 3),
    'a tree of other classes': set(0, 1, 3),
    'an unknown node type': set(0, 2, 42),
    'a hyperplane node': set(0, 2, 1),
    'a logistic leaf': set(1, 7, 0x40000001),
    'a child beyond the end': set(0, 4, 18),
    'a child before the root': set(0, 4, 1),
    'a negative child': set(0, 5, -7),
    'a cycle': set(0, 9, 2),
    'a shared child': set(0, 9, 12),
    'a node that is cut off': handMade((trees) => {
      trees[0] = { ...trees[0]!, topology: trees[0]!.topology.slice(0, 17) };
    }),
    'an empty topology': handMade((trees) => {
      trees[0] = { ...trees[0]!, topology: Int32Array.of(2, 2) };
    }),
    'a column out of range': set(0, 6, 2),
    'a negative column': set(0, 6, -1),
    'a parameter address out of range': set(0, 8, 12),
    'a negative parameter address': set(1, 8, -1),
    'a leaf vector that is too short': handMade((trees) => {
      trees[1] = { ...trees[1]!, parameters: trees[1]!.parameters.slice(0, 7) };
    }),
    'a threshold that is NaN': handMade((trees) => (trees[0]!.parameters[1] = NaN)),
    'a probability above 1': handMade((trees) => (trees[1]!.parameters[7] = 8)),
    'a probability that is NaN': handMade((trees) => (trees[1]!.parameters[7] = NaN)),
    'a negative probability': handMade((trees) => (trees[1]!.parameters[7] = -0.5)),
  };
  it.each(Object.entries(cases))('%s', (_, model) => {
    let error: unknown;
    try {
      randomForest.load(model);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(BrushwoodError);
    expect(error).toMatchObject({ code: 'broken-file' });
  });
});
