import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaintsAbout, failedCommands } from '../testing/failed-command.ts';
import { SampleFolder } from '../testing/sample-folder.ts';
import { readProject, sampleImage, sampleLabels, writeImage, writeProject } from '../testing/sample-project.ts';

interface SuggestedSet {
  readonly rank: number;
  readonly name: string;
  readonly method?: string;
  readonly cellCount: number;
  readonly channelCount: number;
  readonly outOfBagError?: number;
  readonly crossValidatedError: number;
  readonly secondsPerMegavoxel: number;
  readonly features: readonly string[];
}
interface Suggestion {
  readonly samples: number;
  readonly isApplied: boolean;
  readonly sets: readonly SuggestedSet[];
}

let folder: SampleFolder;
beforeAll(async () => {
  folder = await SampleFolder.make();
  await writeImage(folder.at('gray.png'), sampleImage([1, 1, 1, 40, 48]));
  await writeImage(folder.at('other.png'), sampleImage([1, 1, 1, 40, 48], 2));
  await writeProject(folder.at('p.ilp'), { image: folder.at('gray.png') });
  await writeProject(folder.at('one.ilp'), {
    image: folder.at('gray.png'),
    isTrained: false,
    labels: { ...sampleLabels([1, 1, 1, 40, 48]), data: new Uint8Array(40 * 48).fill(1, 0, 9) },
  });
});
afterAll(() => folder.remove());

const suggest = (line: string) => folder.json<Suggestion>(`suggest ${line}`);

describe('brushwood suggest', () => {
  it('compares a suggested set with all features and with those of the project', async () => {
    const { sets, samples, isApplied } = await suggest('p.ilp --count 2');
    expect(samples).toBe(80);
    expect(isApplied).toBe(false);
    expect(sets.map(({ name }) => name).sort()).toEqual(['All features', 'Filter method, 2 features', 'Your features']);
    // 40 voxels are enough for sigma 10; every filter and sigma: 37 boxes, 49 channels (spec §A.1).
    expect(sets.find(({ name }) => name === 'All features')).toMatchObject({ cellCount: 37, channelCount: 49 });
    expect(sets.find(({ name }) => name === 'Your features')).toMatchObject({ cellCount: 2, channelCount: 3 });
    for (const { crossValidatedError, outOfBagError, secondsPerMegavoxel } of sets) {
      expect(crossValidatedError).toBeLessThan(0.3);
      expect(outOfBagError).toBeLessThan(0.1);
      expect(secondsPerMegavoxel).toBeGreaterThan(0);
    }
  });

  it('ranks by cross-validated error, the same from the same seed, with any number of threads', async () => {
    const [one, two] = await Promise.all(
      [1, 2].map((threads) => suggest(`p.ilp --method gini --method filter --count 3 --seed 3 --threads ${threads}`)),
    );
    const errors = one!.sets.map(({ crossValidatedError }) => crossValidatedError);
    expect(errors).toEqual(errors.toSorted((a, b) => a - b));
    expect(one!.sets.map(({ rank }) => rank)).toEqual([1, 2, 3, 4]);
    // Sets of one error are ranked by their time, which differs from run to run.
    const byName = ({ sets }: Suggestion) =>
      Object.fromEntries(
        sets.map(({ name, features, crossValidatedError }) => [name, { features, crossValidatedError }]),
      );
    expect(byName(two!)).toEqual(byName(one!));
  });

  it('finds the number of features by itself', async () => {
    const { sets } = await suggest('p.ilp --count auto --penalty 0.5');
    const auto = sets.find(({ method }) => method === 'filter')!;
    expect(auto.name).toBe('Filter method, best number (penalty 0.5)');
    // One smooth feature tells bright from dark.
    expect(auto.cellCount).toBe(1);
  });

  it('leaves the project as it is without --apply', async () => {
    const project = await folder.copyOf('p.ilp');
    const before = await readProject(folder.at(project));
    const text = await folder.run(`suggest ${project} --count 1`);
    expect(text).toMatch(
      /^rank +set +features +channels +out-of-bag error % +cross-validated error % +s per megapixel$/m,
    );
    expect(text).toMatch(/Nothing was changed.*--apply/);
    const after = await readProject(folder.at(project));
    expect(after.features).toEqual(before.features);
    expect(after.classifier.model).toEqual(before.classifier.model);
  });

  it('selects the best suggested set in the project with --apply, and drops the classifier', async () => {
    const project = await folder.copyOf('p.ilp');
    const { sets, isApplied } = await suggest(`${project} --count 4 --apply`);
    expect(isApplied).toBe(true);
    const { features, classifier } = await readProject(folder.at(project));
    const ticked = features.filterIds.flatMap((id, row) =>
      features.sigmas.flatMap((sigma, column) => (features.selected[row]![column] ? [`${id}:${sigma}`] : [])),
    );
    expect(ticked).toEqual(sets.find(({ method }) => method === 'filter')!.features);
    expect(classifier.model).toBeUndefined();
  });

  it('knows the method of a plugin, with its parameters', async () => {
    const method = `{ id: 'one', displayName: 'One', nameOf: ({ column }) => 'Column ' + column,
      parameters: [{ key: 'column', description: 'Which', kind: 'integer', default: 0, min: 0, max: 48 }],
      choose: async (samples, { parameters }) => [parameters.column] }`;
    await writeFile(folder.at('one.mjs'), `export default { name: 'one', suggestionMethods: [${method}] };`);
    const { sets } = await suggest('p.ilp --plugin ./one.mjs --method one --option column=3');
    // Columns 0 to 6 are Gaussian smoothing at the sigmas of the matrix: 0.3, 0.7, 1, 1.6, …
    expect(sets.find(({ name }) => name === 'Column 3')?.features).toEqual(['GaussianSmoothing:1.6']);
  });

  it('learns from the images that are named', async () => {
    await writeProject(folder.at('other.ilp'), { image: folder.at('other.png'), isTrained: false });
    await folder.run('lanes other.ilp add gray.png');
    expect((await suggest('other.ilp --count 1 --lanes other')).samples).toBe(80);
    const unlabelled = await folder.try('suggest other.ilp --lanes gray');
    expect(unlabelled.stderr).toMatch(/No voxel is labelled/);
  });
});

const wrong = failedCommands([
  ['an unknown method', 'suggest p.ilp --method best', 2, ['"best"', 'filter', 'gini', 'wrapper'], 'not-registered'],
  ['a count that is none', 'suggest p.ilp --count many', 2, ['--count must be', 'got "many"'], 'invalid-parameter'],
  ['no feature', 'suggest p.ilp --count 0', 2, ['--count must be', 'from 1', 'got "0"']],
  ['a penalty above 1', 'suggest p.ilp --penalty 2', 2, ['--penalty', '0 to 1', 'got "2"'], 'invalid-parameter'],
  [
    'a number for the wrapper',
    'suggest p.ilp --method wrapper --count 3',
    2,
    ['"wrapper"', 'no parameter "count"', 'penalty'],
  ],
  ['an image there is not', 'suggest p.ilp --lanes 4', 2, ['no image "4"'], 'lane-missing'],
  ['one painted class', 'suggest one.ilp', 1, ['Only the class "background"', 'one more class'], 'one-class'],
  ['a missing project', 'suggest no.ilp', 1, ['no project "no.ilp"'], 'not-found'],
]);

describe('wrong use of brushwood suggest', () => {
  for (const row of wrong) it(row.what, async () => expect(await complaintsAbout(row, folder.path)).toEqual([]));
});
