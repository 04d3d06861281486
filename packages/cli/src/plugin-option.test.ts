import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaintsAbout, failedCommands } from './testing/failed-command.ts';
import { SampleFolder } from './testing/sample-folder.ts';
import { numbersOf, sampleImage, sampleLabels, writeImage } from './testing/sample-project.ts';

const image = sampleImage([1, 1, 1, 40, 48]);

/** A stranger's plugin without a build: a filter that gives ten times the value of the voxel. */
const plugin = `
export const stranger = {
  name: 'a-strangers-plugin',
  filters: [{
    id: 'TenTimes', displayName: 'Ten Times', group: 'Color/Intensity', minimumSigma: 0.3,
    halo: () => 1,
    planes: () => ['tens'],
    apply(input, _sigma, out) {
      input.kernels.crop(input.raw(), input.rawCore, out);
      for (let i = 0; i < out.length; i++) out[i] *= 10;
    },
  }],
};`;

let folder: SampleFolder;
beforeAll(async () => {
  folder = await SampleFolder.make();
  await writeImage(folder.at('gray.npy'), image);
  await writeImage(folder.at('labels.npy'), sampleLabels(image.shape));
  await writeFile(folder.at('stranger.mjs'), plugin);
  await writeFile(folder.at('twice.mjs'), plugin.replace('TenTimes', 'GaussianSmoothing'));
  await writeFile(folder.at('none.mjs'), 'export const five = 5;\n');
  await writeFile(folder.at('broken.mjs'), 'throw new Error("out of order");\n');
});
afterAll(() => folder.remove());

describe('a plugin of somebody else', () => {
  it('is listed with its name', async () => {
    expect(await folder.run('plugins --plugin ./stranger.mjs')).toMatch(
      /filters +TenTimes +Ten Times +a-strangers-plugin/,
    );
  });

  it('computes in the workers too', async () => {
    await folder.run('create p.ilp --image gray.npy');
    await folder.run('label p.ilp --labels labels.npy');
    await folder.run('features p.ilp --plugin ./stranger.mjs --select TenTimes:1');
    await folder.run('train p.ilp --plugin ./stranger.mjs --threads 2');
    await folder.run('predict p.ilp --plugin ./stranger.mjs --threads 2 --block 16 --source features -o tens.npy');
    expect(await folder.values('tens.npy')).toEqual(numbersOf(image).map((value) => 10 * value));
  });
});

describe('what is no plugin', () => {
  const rows = failedCommands([
    [
      'a module that is missing',
      'plugins --plugin ./no.mjs',
      2,
      ['no plugin "./no.mjs"', 'npm install'],
      'invalid-parameter',
    ],
    ['a module without a plugin', 'plugins --plugin ./none.mjs', 2, ['none.mjs', 'exports no plugin', 'filters']],
    ['a module that fails', 'plugins --plugin ./broken.mjs', 2, ['broken.mjs', 'cannot be loaded: out of order']],
    [
      'an id that is taken',
      'plugins --plugin ./twice.mjs',
      1,
      ['Both @brushwood/features and a-strangers-plugin', 'Use one'],
    ],
  ]);
  for (const row of rows) it(row.what, async () => expect(await complaintsAbout(row, folder.path)).toEqual([]));
});
