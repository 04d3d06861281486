import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampleFolder } from '../testing/sample-folder.ts';
import { readProject, sampleImage, writeImage, writeProject } from '../testing/sample-project.ts';

interface FeatureFacts {
  readonly sigmas: readonly number[];
  readonly selected: readonly (readonly boolean[])[];
  readonly computeIn2d: readonly boolean[];
  readonly features: readonly string[];
}

let folder: SampleFolder;
beforeAll(async () => {
  folder = await SampleFolder.make();
  await writeImage(folder.at('gray.png'), sampleImage([1, 1, 1, 20, 24]));
  await writeImage(folder.at('volume.npy'), sampleImage([1, 1, 8, 20, 24]));
  await folder.run('create flat.ilp --image gray.png');
  await folder.run('create volume.ilp --image volume.npy');
});
afterAll(() => folder.remove());

describe('brushwood features', () => {
  it('selects everything ilastik offers: 37 cells, 49 features of a flat grey image', async () => {
    const project = await folder.copyOf('flat.ilp');
    const { selected, features } = await folder.json<FeatureFacts>(`features ${project} --all`);
    expect(selected.flat().filter(Boolean)).toHaveLength(37);
    expect(features).toHaveLength(49);
    expect(await folder.run(`features ${project}`)).toContain('49 feature(s) per voxel');
  });

  it('computes volumes in 3-D, where eigenvalues are three, or slice by slice', async () => {
    const project = await folder.copyOf('volume.ilp');
    const deep = await folder.json<FeatureFacts>(`features ${project} --all`);
    expect([deep.features.length, deep.computeIn2d.includes(true)]).toEqual([61, false]);
    const flat = await folder.json<FeatureFacts>(`features ${project} --2d`);
    expect([flat.features.length, flat.computeIn2d.includes(false)]).toEqual([49, false]);
    const again = await folder.json<FeatureFacts>(`features ${project} --3d`);
    expect(again.features).toEqual(deep.features);
  });

  it('selects single cells, adding new sigmas in order', async () => {
    const project = await folder.copyOf('flat.ilp');
    const { sigmas, features } = await folder.json<FeatureFacts>(
      `features ${project} --select GaussianSmoothing:2 --select HessianOfGaussianEigenvalues:0.7`,
    );
    expect(sigmas).toEqual([0.3, 0.7, 1, 1.6, 2, 3.5, 5, 10]);
    expect(features).toHaveLength(3);
  });

  it('starts anew with --clear', async () => {
    const project = await folder.copyOf('flat.ilp');
    await folder.run(`features ${project} --all`);
    const { features } = await folder.json<FeatureFacts>(
      `features ${project} --clear --select DifferenceOfGaussians:1.6`,
    );
    expect(features).toHaveLength(1);
  });

  it('lists the channels in order, with --list', async () => {
    const project = await folder.copyOf('flat.ilp');
    await folder.run(`features ${project} --select GaussianSmoothing:1 --select StructureTensorEigenvalues:1`);
    const lines = (await folder.run(`features ${project} --list`)).trimEnd().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^0 {2}Gaussian Smoothing.*1\.0/),
      expect.stringMatching(/^1 {2}Structure Tensor Eigenvalues.*1\.0.*\[0\]$/),
      expect.stringMatching(/^2 {2}Structure Tensor Eigenvalues.*1\.0.*\[1\]$/),
    ]);
  });

  it('drops the classifier, which knows other features; looking does not', async () => {
    await writeProject(folder.at('trained.ilp'), { image: folder.at('gray.png') });
    await folder.run('features trained.ilp');
    expect((await readProject(folder.at('trained.ilp'))).classifier.model).toBeDefined();
    await folder.run('features trained.ilp --select GaussianSmoothing:5');
    expect((await readProject(folder.at('trained.ilp'))).classifier.model).toBeUndefined();
  });
});
