import { emptyLabels, type Project, type StoredModel } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { labelCounts } from '../testing/label-counts.ts';
import { rebuildHdf5 } from '../testing/rebuild-hdf5.ts';
import { lane, newProject, projectPlaces, saveAs } from '../testing/sample-project.node.ts';
import { temporaryFolder } from '../testing/temporary-folder.node.ts';
import { trainingDigest } from './digest.ts';
import { ilpStore } from './ilp-store.ts';
import { NoteFinder } from './note-finder.ts';
import { parseStoredClassifier } from './stored-notes.ts';

const place = projectPlaces(temporaryFolder());

const model: StoredModel = {
  layout: 'arrays',
  classifierId: 'network',
  knownLabels: [1, 2],
  featureCount: 3,
  classCount: 3,
  arrays: { weights: Float32Array.of(0.25, -1) },
  texts: { setup: '{}' },
};
const report = {
  sampleCount: 3,
  featureCount: 3,
  classCounts: [1, 1, 1],
  outOfBagError: 0.25,
  seconds: 1,
  warnings: ['few samples'],
  valueRange: [3, 250] as const,
  trainedAt: '2026-03-01T12:30:00.000Z',
  images: [{ name: 'volume', labels: [1, 1, 1] }],
  crossValidation: { folds: 5, accuracy: 0.875, deviation: 0.0625 },
};
const trained = () =>
  newProject([lane({ channels: [1], fingerprint: 'abc' })], {
    classifier: { classifierId: 'network', options: { layers: 7 }, seed: 5, model, report },
  });
const noImages = { openImage: () => Promise.reject(new Error('no image is copied')) };
const saved = (async () => {
  const path = place();
  await ilpStore.save(trained(), { path }, noImages);
  return path;
})();

/** The saved project with one of our texts replaced. */
async function withText(name: string, text: string) {
  return ilpStore.load({ path: await rebuildHdf5(await saved, place(), { set: { [`Brushwood/${name}`]: text } }) });
}

function expectComplete({ project, warnings }: { project: Project; warnings: readonly string[] }, about: string) {
  expect(labelCounts(project)).toEqual([[1, 1, 1]]);
  expect(project.isIncomplete).toBeUndefined();
  expect(warnings.join()).toContain(about);
}

/** JSON with one field changed; undefined leaves it out. */
const changed = (value: object, change: object) => JSON.stringify({ ...value, ...change });

describe('what Brushwood notes in a project', () => {
  it('comes back, the report with its date, images, range of values and cross-validation too', async () => {
    const { project } = await ilpStore.load({ path: await saved });
    expect(project.classifier).toEqual(trained().classifier);
    expect(project.lanes[0]!.rawData).toMatchObject({ channels: [1], fingerprint: 'abc', dtype: 'uint16' });
  });

  const description = {
    layout: 'arrays',
    classifierId: 'network',
    knownLabels: [1, 2],
    featureCount: 3,
    classCount: 3,
    arrayNames: ['weights'],
    textNames: ['setup'],
  };
  it.each([
    ['no JSON', '{'],
    ['no object', '7'],
    ['no names of arrays', changed(description, { arrayNames: undefined })],
    ['names that are no texts', changed(description, { textNames: [1] })],
    ['more arrays than there are', changed(description, { arrayNames: ['weights', 'more'] })],
    ['an unknown layout', changed(description, { layout: 'network' })],
    ['labels out of order', changed(description, { knownLabels: [2, 1] })],
    ['labels there are not', changed(description, { knownLabels: [1, 9] })],
    ['no number of features', changed(description, { featureCount: null })],
  ])('a model described with %s is left out, and everything else stays', async (_, text) => {
    const loaded = await withText('Model/description', text);
    expectComplete(loaded, 'Train again');
    expect(loaded.project.classifier).toEqual({ classifierId: 'network', options: { layers: 7 }, seed: 5 });
  });

  const image = { nickname: 'volume', filePath: '/elsewhere/volume.tif', channels: [1], dtype: 'uint16' };
  it.each([
    ['no JSON', 'lanes'],
    ['no list', '{}'],
    ['a lane that is none', '[null]'],
    ['no image', '[{}]'],
    ['a nickname that is no text', JSON.stringify([{ rawData: { ...image, nickname: 1 } }])],
    ['channels that are none', JSON.stringify([{ rawData: { ...image, channels: [-1] } }])],
    ['channels the image lacks', JSON.stringify([{ rawData: { ...image, channels: [2] } }])],
    ['an unknown dtype', JSON.stringify([{ rawData: { ...image, dtype: 'float16' } }])],
    ['a range of three values', JSON.stringify([{ rawData: { ...image, channelRanges: [[1, 2, 3]] } }])],
    ['a mask that is none', JSON.stringify([{ rawData: image, predictionMask: 3 }])],
  ])('notes on lanes with %s are left out with a word about it', async (_, text) => {
    const loaded = await withText('lanes', text);
    expectComplete(loaded, 'Check them before you train');
    expect(loaded.project.lanes[0]!.rawData.channels).toBe('all');
  });

  it('keeps the normalisation, and the model trained with it', async () => {
    for (const normalization of [
      { method: 'percentile', low: 1, high: 99.5 },
      { method: 'z-score' },
      { method: 'equalize' },
    ] as const) {
      const path = place();
      await ilpStore.save({ ...trained(), normalization }, { path }, noImages);
      const { project } = await ilpStore.load({ path });
      expect(project.normalization).toEqual(normalization);
      expect(project.classifier.model).toEqual(model);
    }
    expect('normalization' in (await ilpStore.load({ path: await saved })).project).toBe(false);
  });

  it.each([
    '{',
    '{}',
    '{"normalization":{"method":"percentile","low":9,"high":3}}',
    '{"normalization":{"method":"x"}}',
  ])('a damaged note on normalisation, %s, counts as none, and its model is left out', async (text) => {
    const path = place();
    await ilpStore.save({ ...trained(), normalization: { method: 'z-score' } }, { path }, noImages);
    const damaged = await rebuildHdf5(path, place(), { set: { 'Brushwood/preprocessing': text } });
    const loaded = await ilpStore.load({ path: damaged });
    expectComplete(loaded, 'intensities are used as they are');
    expect(loaded.project.normalization).toBeUndefined();
    expect(loaded.project.classifier.model).toBeUndefined();
  });

  it.each([
    '{',
    '{"steps":[]}',
    '{"steps":{"smallestObject":0.5}}',
    '{"steps":{"postprocessing":{"combine":[[0],[3]]}}}',
    '{"steps":{"postprocessing":{"thresholds":[0.5]}}}',
    '{"steps":{"postprocessing":{"smoothing":"much"}}}',
  ])('a note on steps for results that is damaged or fits other classes, %s, counts as none', async (text) => {
    const path = place();
    await ilpStore.save({ ...trained(), resultSteps: { smallestObject: 9 } }, { path }, noImages);
    const damaged = await rebuildHdf5(path, place(), { set: { 'Brushwood/results': text } });
    const loaded = await ilpStore.load({ path: damaged });
    expectComplete(loaded, 'results are written as they are');
    expect(loaded.project.resultSteps).toBeUndefined();
  });

  const classifier = { classifierId: 'network', options: { layers: 7 }, seed: 5, report };
  const bare = { classifierId: 'network', options: { layers: 7 }, seed: 5 };
  it.each([
    ['no JSON', '', { classifierId: 'random-forest', options: {}, seed: 0 }],
    [
      'no classifier',
      changed(classifier, { classifierId: 3 }),
      { classifierId: 'random-forest', options: {}, seed: 5 },
    ],
    ['a list of options', changed(classifier, { options: [1] }), { ...bare, options: {} }],
    ['an option without a value', changed(classifier, { options: { layers: null } }), { ...bare, options: {} }],
    ['no whole seed', changed(classifier, { seed: 0.5 }), { ...bare, seed: 0 }],
    ['a report without counts', changed(classifier, { report: { ...report, classCounts: undefined } }), bare],
    ['a date that is no text', changed(classifier, { report: { ...report, trainedAt: 7 } }), bare],
    ['a range of one value', changed(classifier, { report: { ...report, valueRange: [1] } }), bare],
  ])('a note on the classifier with %s is used as far as it is sound', async (_, text, expected) => {
    const loaded = await withText('classifier', text);
    expectComplete(loaded, 'note on the classifier');
    expect(loaded.project.classifier).toEqual(expected);
  });
});

describe('a cross-validation or a list of images that makes no sense', () => {
  it.each([null, {}, { folds: 5, accuracy: null, deviation: 0 }])('is left out of the report: %j', (damaged) => {
    const note = {
      classifierId: 'network',
      options: {},
      seed: 5,
      report: { ...report, crossValidation: damaged, images: [damaged] },
    };
    const { crossValidation: _, images: __, ...rest } = report;
    const found = parseStoredClassifier(note);
    expect(found.stored.report).toEqual(rest);
    expect(found.damaged).toEqual([]);
  });
});

describe('the note on an image', () => {
  it('stays with it when ilastik removed another lane, also one of the same name', async () => {
    const path = place();
    const lanes = ['a', 'b', 'c'].map((folder, i) =>
      lane({ location: { path: `/${folder}/volume.tif` }, channels: [i % 2], fingerprint: folder }),
    );
    await saveAs(newProject(lanes), path);
    const drop = ['Input Data/infos/lane0000', 'PixelClassification/LabelSets/labels000'];
    const { project } = await ilpStore.load({ path: await rebuildHdf5(path, place(), { drop }) });
    expect(project.lanes.map(({ rawData }) => [rawData.channels, rawData.fingerprint])).toEqual([
      [[1], 'b'],
      [[0], 'c'],
    ]);
  });

  const note = (filePath: string, fingerprint: string, nickname = 'n') => {
    return { nickname, filePath, fingerprint, channels: 'all' } as const;
  };
  it('is found wherever it is, whether the path is relative or not', () => {
    const finder = new NoteFinder([note('/p/a.tif', 'a'), undefined, note('sub/b.tif', 'b')], '/p/project.ilp');
    expect(finder.take('/p/sub/b.tif', 'n', 0)?.fingerprint).toBe('b');
    expect(finder.take('a.tif', 'n', 1)?.fingerprint).toBe('a');
  });
  it('is given to one image, that of its position if there are several alike', () => {
    const finder = new NoteFinder([note('/a.tif', 'first'), note('/a.tif', 'second')], '/p.ilp');
    expect(finder.take('/a.tif', 'n', 1)?.fingerprint).toBe('second');
    expect(finder.take('/a.tif', 'n', 1)?.fingerprint).toBe('first');
    expect(finder.take('/a.tif', 'n', 1)).toBeUndefined();
  });
  it('is not about another file, nor about another nickname', () => {
    const finder = new NoteFinder([note('/a.tif', 'a')], '/p.ilp');
    expect(finder.take('/b.tif', 'n', 0)).toBeUndefined();
    expect(finder.take('/a.tif', 'other', 0)).toBeUndefined();
  });
});

describe('the digest of what a model was trained on', () => {
  it('tells how many channels are used', () => {
    const digest = (channels: 'all' | readonly number[]) =>
      trainingDigest(newProject([{ ...lane({ channels }), labels: emptyLabels([1, 1, 1, 4, 4]) }]));
    expect(digest([0])).not.toBe(digest('all'));
    expect(digest([0])).toBe(digest([1]));
  });
});
