import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampleFolder } from '../testing/sample-folder.ts';
import { readProject, sampleImage, sampleLabels, writeImage, writeProject } from '../testing/sample-project.ts';

interface TrainFacts {
  readonly classifier: string;
  readonly seed: number;
  readonly samples: number;
  readonly features: number;
  readonly classCounts: Readonly<Record<string, number>>;
  readonly outOfBagError?: number;
}

let folder: SampleFolder;
beforeAll(async () => {
  folder = await SampleFolder.make();
  await writeImage(folder.at('gray.png'), sampleImage([1, 1, 1, 40, 48]));
  await writeImage(folder.at('other.png'), sampleImage([1, 1, 1, 20, 30], 2));
  await writeImage(folder.at('other-labels.npy'), sampleLabels([1, 1, 1, 20, 30]));
  await writeProject(folder.at('p.ilp'), { image: folder.at('gray.png'), isTrained: false });
});
afterAll(() => folder.remove());

const forestOf = async (project: string) => (await readProject(folder.at(project))).classifier.model;

describe('brushwood train', () => {
  it('stores a forest and tells samples, features and out-of-bag error', async () => {
    const project = await folder.copyOf('p.ilp');
    const facts = await folder.json<TrainFacts>(`train ${project} --option treeCount=12`);
    expect(facts).toMatchObject({
      classifier: 'random-forest',
      samples: 80,
      features: 3,
      classCounts: { background: 40, object: 40 },
    });
    expect(facts.outOfBagError).toBeLessThan(0.1);
    const model = await forestOf(project);
    expect(model?.layout === 'vigra-forests' && model.forests.flatMap((forest) => forest.trees)).toHaveLength(12);
  });

  it('grows the same forest from the same seed, with any number of threads, and another from another', async () => {
    const [a, b, c] = [await folder.copyOf('p.ilp'), await folder.copyOf('p.ilp'), await folder.copyOf('p.ilp')];
    await folder.run(`train ${a} --seed 7 --option treeCount=10 --threads 1`);
    await folder.run(`train ${b} --seed 7 --option treeCount=10 --threads 2`);
    await folder.run(`train ${c} --seed 8 --option treeCount=10`);
    expect(await forestOf(b)).toEqual(await forestOf(a));
    expect(await forestOf(c)).not.toEqual(await forestOf(a));
  });

  it('keeps classifier, options and seed for the next time', async () => {
    const project = await folder.copyOf('p.ilp');
    await folder.run(`train ${project} --seed 5 --option treeCount=4`);
    const before = await forestOf(project);
    expect(await folder.json(`train ${project}`)).toMatchObject({ seed: 5 });
    expect(await forestOf(project)).toEqual(before);
  });

  it('trains every classifier there is, which then predicts', async () => {
    const { plugins } = await folder.json<{ plugins: { kind: string; id: string }[] }>('plugins');
    const ids = plugins.filter((plugin) => plugin.kind === 'classifiers').map((plugin) => plugin.id);
    expect(ids).toEqual(expect.arrayContaining(['random-forest', 'ml-random-forest', 'ml-cart']));
    // Every feature tells the classes apart: some forests grow a whole tree from a few of the features.
    const features = ['GaussianSmoothing:0.7', 'GaussianSmoothing:1', 'GaussianSmoothing:1.6'];
    await writeProject(folder.at('smooth.ilp'), { image: folder.at('gray.png'), features, isTrained: false });
    for (const id of ids) {
      const project = await folder.copyOf('smooth.ilp');
      expect(await folder.json(`train ${project} --classifier ${id}`)).toMatchObject({ classifier: id, samples: 80 });
      await folder.run(`predict ${project} -o ${id}.npy --source segmentation`);
      const values = await folder.values(`${id}.npy`);
      const right = values.filter((value, i) => value === (i % 48 < 24 ? 1 : 2)).length / values.length;
      expect(right, id).toBeGreaterThan(0.9);
    }
  });

  it('learns from some images only', async () => {
    const project = await folder.copyOf('p.ilp');
    await folder.run(`lanes ${project} add other.png`);
    await folder.run(`label ${project} --labels other-labels.npy --lane 1`);
    expect(await folder.json(`train ${project}`)).toMatchObject({ samples: 120 });
    expect(await folder.json(`train ${project} --lanes 1`)).toMatchObject({ samples: 40 });
    expect(await folder.json(`train ${project} --lanes gray,other`)).toMatchObject({ samples: 120 });
  });

  it('prints a table and, with --stats, times and memory', async () => {
    const project = await folder.copyOf('p.ilp');
    const text = await folder.run(`train ${project} --stats`);
    expect(text).toMatch(/^Trained random-forest on 80 voxels × 3 features, seed 0\.$/m);
    expect(text).toMatch(/^background +40$/m);
    expect(text).toMatch(/Features [\d.]+ s, training [\d.]+ s, peak memory \d+ MiB\./);
  });
});
