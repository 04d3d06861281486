// ml-random-forest and our forest learn the same seeded samples. Prints JSON with seconds. Training of ml-random-forest is
// quadratic in the samples, so there are few.
import { createContainer, findById, trainClassifier } from '@brushwood/core';
import { plugins } from '@brushwood/cli';
import { createRandom } from '../scripts/demo/synthetic-micrograph.mjs';

const [sampleCount, featureCount, trees] = [400, 49, 20];
const random = createRandom(11);
const featureMatrix = Float32Array.from({ length: sampleCount * featureCount }, () => random());
const classIndices = Uint8Array.from({ length: sampleCount }, (_, i) =>
  featureMatrix[i * featureCount] + featureMatrix[i * featureCount + 7] > 1 ? 1 : 0,
);
const samples = { featureMatrix, classIndices, sampleCount, featureCount, classCount: 2 };
const { classifiers } = createContainer(plugins).catalog;

async function seconds(id) {
  const classifier = findById(classifiers, id, 'classifier');
  const context = { options: { treeCount: trees }, seed: 1 };
  await trainClassifier(
    classifier,
    {
      ...samples,
      featureMatrix: featureMatrix.slice(0, 40 * featureCount),
      classIndices: classIndices.slice(0, 40),
      sampleCount: 40,
    },
    context,
  );
  const started = performance.now();
  await trainClassifier(classifier, samples, context);
  return (performance.now() - started) / 1e3;
}

console.log(
  JSON.stringify({
    samples: sampleCount,
    trees,
    ours: await seconds('random-forest'),
    theirs: await seconds('ml-random-forest'),
  }),
);
