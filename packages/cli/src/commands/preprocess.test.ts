import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampleFolder } from '../testing/sample-folder.ts';
import { readProject, sampleImage, writeImage } from '../testing/sample-project.ts';
import { parseNormalization } from './preprocess.ts';

let folder: SampleFolder;
beforeAll(async () => {
  folder = await SampleFolder.make();
  await writeImage(folder.at('gray.png'), sampleImage([1, 1, 1, 20, 24]));
  await folder.run('create flat.ilp --image gray.png');
});
afterAll(() => folder.remove());

describe('brushwood preprocess', () => {
  it('stores the normalisation in the project, says which it is, and takes it back', async () => {
    const project = await folder.copyOf('flat.ilp');
    expect(await folder.run(`preprocess ${project}`)).toContain('as they are');
    expect(await folder.run(`preprocess ${project} --normalize percentile:2:98`)).toContain('percentile 98 becomes 1');
    expect((await readProject(folder.at(project))).normalization).toEqual({ method: 'percentile', low: 2, high: 98 });
    expect(await folder.json(`preprocess ${project}`)).toEqual({
      normalization: { method: 'percentile', low: 2, high: 98 },
    });
    await folder.run(`preprocess ${project} --normalize none`);
    expect((await readProject(folder.at(project))).normalization).toBeUndefined();
  });
});

describe('parseNormalization', () => {
  it.each([
    ['none', undefined],
    ['percentile', { method: 'percentile', low: 1, high: 99 }],
    ['percentile:0.5:99.5', { method: 'percentile', low: 0.5, high: 99.5 }],
    ['z-score', { method: 'z-score' }],
    ['equalize', { method: 'equalize' }],
  ])('reads %s', (text, expected) => expect(parseNormalization(text)).toEqual(expected));

  it.each(['', 'zscore', 'percentile:1', 'percentile:1:2:3', 'z-score:1', 'none:1'])('refuses "%s"', (text) =>
    expect(() => parseNormalization(text)).toThrow(/--normalize takes/),
  );
});
