import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampleFolder } from '../testing/sample-folder.ts';
import { sampleImage, writeImage, writeProject } from '../testing/sample-project.ts';

interface PredictFacts {
  readonly outputs: readonly {
    readonly stats: { readonly blocks: number; readonly blockShape: readonly number[]; readonly arenaBytes: number };
  }[];
}

/** A halo of 2 voxels up to one of dozens. */
const features = [
  'GaussianSmoothing:0.3',
  'GaussianSmoothing:5',
  'LaplacianOfGaussian:1',
  'GaussianGradientMagnitude:1.6',
  'DifferenceOfGaussians:3.5',
  'StructureTensorEigenvalues:3.5',
  'HessianOfGaussianEigenvalues:1.6',
];

let folder: SampleFolder;
beforeAll(async () => {
  folder = await SampleFolder.make();
  await writeImage(folder.at('flat.npy'), sampleImage([1, 1, 1, 230, 270]));
  await writeImage(folder.at('volume.npy'), sampleImage([1, 1, 34, 40, 50]));
  for (const name of ['flat', 'volume']) {
    await writeProject(folder.at(`${name}.ilp`), { image: folder.at(`${name}.npy`), features });
  }
});
afterAll(() => folder.remove());

async function predict(name: string, options: string) {
  const file = `${name}-${options.replaceAll(/\W+/g, '-')}.npy`;
  const { outputs } = await folder.json<PredictFacts>(`predict ${name}.ilp -o ${file} --stats ${options}`);
  return { ...outputs[0]!.stats, bytes: await readFile(folder.at(file)) };
}

describe.each([
  ['flat', '--block 1024', ['--block 64', '--block 100', '--block 1,37,270']],
  ['volume', '--block 64', ['--block 16', '--block 34,21,9']],
])('a %s image in blocks', (name, whole, others) => {
  it('is the same byte for byte, whatever the block and the number of threads', async () => {
    const reference = await predict(name, `${whole} --threads 1`);
    expect(reference.blocks).toBe(1);
    for (const block of others) {
      for (const threads of [1, 2]) {
        const { bytes, blocks } = await predict(name, `${block} --threads ${threads}`);
        expect(blocks).toBeGreaterThan(3);
        expect(bytes.equals(reference.bytes), `${block} --threads ${threads}`).toBe(true);
      }
    }
  });
});

describe('working memory', () => {
  it('is that of a block, not of the image', async () => {
    await writeImage(folder.at('large.npy'), sampleImage([1, 1, 1, 600, 600]));
    const line = 'predict flat.ilp large.npy -o large-out.npy --block 64 --threads 2 --stats';
    const { arenaBytes, blocks } = (await folder.json<PredictFacts>(line)).outputs[0]!.stats;
    expect(blocks).toBe(100);
    // All planes of the whole image as float32: five of single filters, two of each pair of eigenvalues.
    expect(arenaBytes).toBeLessThan(9 * 4 * 600 * 600);
  });

  it('is told with --stats', async () => {
    const { stderr } = await folder.try('predict flat.ilp -o told.npy --stats --block 64 --threads 1');
    expect(stderr).toMatch(/20 block\(s\) of 1×64×64 \(zyx\) on 1 thread\(s\): .*Working memory per thread [\d.]+ MiB/);
  });
});
