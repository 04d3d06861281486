import { BlockArena, type Samples, type Shape3 } from '@brushwood/core';
import { seededRandom } from '@brushwood/core/testing';
import { bench, describe } from 'vitest';
import { randomForest } from './classifier.ts';

// `npx vitest bench packages/classifiers`. Prediction: the mean in ms, divided by the millions of voxels and the 100 trees, is
// ns per voxel and tree. Smooth features are like those of an image, noise is the worst a forest can meet.

const featureCount = 49;
const context = { options: { treeCount: 100, maxDepth: 0, minSamplesLeaf: 1 }, seed: 1 };

describe('training, 49 features, 100 trees, one thread', () => {
  for (const sampleCount of [1000, 6624]) {
    const samples = makeSamples(sampleCount, 0.1);
    bench(`${sampleCount} samples`, async () => void (await randomForest.train(samples, context)), { iterations: 5 });
  }
});

for (const [kind, noise] of [
  ['smooth', 0.05],
  ['noisy', 0.8],
] as const) {
  const model = (await randomForest.train(makeSamples(6000, noise), context)).save();
  describe(`prediction, ${kind} features, 49 features, 100 trees`, () => {
    for (const shape of [
      [1, 256, 256],
      [1, 64, 64],
      [32, 32, 32],
    ] as const) {
      const voxels = shape[0] * shape[1] * shape[2];
      const arena = new BlockArena(4 * (featureCount + 2) * voxels + 2 ** 26);
      const data = fill(arena.allocateFloat32(featureCount * voxels), shape, noise);
      const out = arena.allocateFloat32(2 * voxels);
      const loaded = randomForest.load(model, arena);
      bench(`${shape.join('×')} (${(voxels / 1e6).toFixed(4)} million voxels)`, () =>
        loaded.predict({ data, featureCount, shape }, out),
      );
    }
  });
}

/** Two classes that the first features tell apart, with some labels wrong. */
function makeSamples(sampleCount: number, noise: number): Samples {
  const random = seededRandom(3);
  const featureMatrix = Float32Array.from({ length: sampleCount * featureCount }, () => random());
  const classIndices = Uint8Array.from({ length: sampleCount }, (_, i) => {
    const isSecond = featureMatrix[i * featureCount]! + featureMatrix[i * featureCount + 1]! > 1;
    return isSecond !== random() < noise / 4 ? 1 : 0;
  });
  return { featureMatrix, classIndices, sampleCount, featureCount, classCount: 2 };
}

/** Waves of many lengths in [0, 1], with noise on top. */
function fill(data: Float32Array<ArrayBuffer>, shape: Shape3, noise: number): Float32Array<ArrayBuffer> {
  const random = seededRandom(4);
  const [nz, ny, nx] = shape;
  for (let f = 0, i = 0; f < featureCount; f++)
    for (let z = 0; z < nz; z++)
      for (let y = 0; y < ny; y++)
        for (let x = 0; x < nx; x++) {
          const wave = 0.5 + 0.5 * Math.sin((x + 2 * y + 3 * z) / (4 + f) + f);
          data[i++] = (1 - noise) * wave + noise * random();
        }
  return data;
}
