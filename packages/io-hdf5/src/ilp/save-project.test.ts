import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyLabels, wholeRoi, type ImageReference, type Project, type StoredModel } from '@brushwood/core';
import { memoryImageSource, randomTensor } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { hdf5 } from '../format.ts';
import { Hdf5File } from '../hdf5-file.ts';
import { checkIlp, hasH5py, hasVigra } from '../testing/check-ilp.node.ts';
import { labelCounts } from '../testing/label-counts.ts';
import { plainContent } from '../testing/plain-content.node.ts';
import { rebuildHdf5 } from '../testing/rebuild-hdf5.ts';
import { image, lane, newProject, projectPlaces, saveAs, volume } from '../testing/sample-project.node.ts';
import { smallProject } from '../testing/small-project.node.ts';
import { fixturePath, temporaryFolder } from '../testing/temporary-folder.node.ts';
import { ilpStore } from './ilp-store.ts';

const gray2d = fixturePath('ilp/gray2d.ilp');
const folder = temporaryFolder();
const place = projectPlaces(folder);
const { edited } = smallProject(folder);

/** All of a project but where it and its images lie. */
function content({ lanes, origin: _, ...rest }: Project) {
  const images = lanes.map(({ rawData: { location: _location, storage: _storage, ...image }, labels }) => ({
    image,
    labels,
  }));
  return { ...rest, images };
}

async function voxels(reference: ImageReference) {
  const source = await hdf5.open(reference.location, { axes: reference.axes });
  const tensor = await source.read(wholeRoi(source.info.shape));
  await source.close();
  return tensor;
}

const reference = process.env['BRUSHWOOD_REFERENCE'];
const data = process.env['BRUSHWOOD_DATA'];
const projects = [
  gray2d,
  ...(reference ? ['rgb2d', 'vol3d'].map((name) => join(reference, 'projects', `${name}.ilp`)) : []),
  ...(data ? ['projects/pc', 'bench/cells', 'bench/blobs'].map((name) => join(data, `${name}.ilp`)) : []),
];

// Without BRUSHWOOD_REFERENCE and BRUSHWOOD_DATA only the fixture runs.
describe.each(projects)('a project of ilastik, loaded, saved and loaded: %s', (original) => {
  const path = place();
  it('is the same bit for bit', async () => {
    const { project } = await ilpStore.load({ path: original });
    const again = await saveAs(project, path);
    expect([...again.warnings, ...again.saveWarnings]).toEqual([]);
    expect(plainContent(content(again.project))).toEqual(plainContent(content(project)));
    const { rawData } = project.lanes[0]!;
    if (rawData.storage === 'embedded') {
      const [found, expected] = [await voxels(again.project.lanes[0]!.rawData), await voxels(rawData)];
      expect(plainContent(found)).toEqual(plainContent(expected));
    }
  });
  it.skipIf(!hasH5py)('opens in ilastik, says check_ilp.py (needs h5py)', async () => {
    expect(await checkIlp(path)).toContain('0 problem(s)');
  });
});

describe.skipIf(!reference || !hasVigra)('vigra (needs BRUSHWOOD_REFERENCE, python3-vigra)', () => {
  it('predicts the same with the forests that were saved', async () => {
    const features = join(reference!, 'features', 'gray2d.npy');
    const path = place();
    await saveAs((await ilpStore.load({ path: gray2d })).project, path);
    const predictions = [gray2d, path].map(async (project, i) => {
      const output = join(folder, `probabilities-${i}.npy`);
      expect(await checkIlp(project, '--features', features, '--probabilities', output)).toContain('predicted');
      return readFileSync(output);
    });
    const [expected, found] = await Promise.all(predictions);
    expect(found!.equals(expected!)).toBe(true);
  });
});

/** One split: feature 1 < 0.5 → class 1, else class 3. */
const forest: StoredModel = {
  layout: 'vigra-forests',
  classifierId: 'random-forest',
  forests: [
    {
      trees: [
        {
          topology: Int32Array.of(3, 2, 0, 0, 7, 9, 1, 0x40000000, 2, 0x40000000, 5),
          parameters: Float64Array.of(1, 0.5, 10, 1, 0, 20, 0, 1),
        },
      ],
      columnCount: 3,
      classCount: 2,
      labels: [1, 3],
      options: {},
      parameters: {},
    },
  ],
  knownLabels: [1, 3],
  featureCount: 3,
  classCount: 3,
};

const arrays: StoredModel = {
  layout: 'arrays',
  classifierId: 'network/of mine',
  knownLabels: [1, 2],
  featureCount: 3,
  classCount: 3,
  arrays: { 'weights/1': Float32Array.of(0.25, -1), bytes: Uint8Array.of(1, 2, 3), doubles: Float64Array.of(1e300) },
  texts: { 'setup/σ': '{"layers":[1,2]}' },
};

describe('a new project', () => {
  it('keeps everything', async () => {
    const project = newProject([lane(), lane({ nickname: 'second' })]);
    const { project: loaded, warnings } = await saveAs(project, place());
    expect(warnings.filter((text) => !text.includes('is missing'))).toEqual([]);
    const { carried, ...same } = content(loaded);
    const { carried: _, ...expected } = content(project);
    expect(same).toMatchObject(expected);
    expect(carried.map((node) => node.path)).toEqual(['PixelClassification/ClassifierFactory']);
    expect(labelCounts(loaded)).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
  });
  it('writes links below its folder as relative ones with forward slashes, others as absolute', async () => {
    const path = place();
    const below = join(path, '..', 'images', 'a.h5');
    const lanes = [
      lane({ location: { path: below, innerPath: 'volume/data' }, storage: 'relative' }),
      lane({ storage: 'relative' }),
      lane({ location: { path: 'https://host/image.zarr', innerPath: 's1' } }),
    ];
    const { project } = await saveAs(newProject(lanes), path);
    expect(project.lanes.map(({ rawData }) => [rawData.storage, rawData.location])).toEqual([
      ['relative', { path: below, innerPath: 'volume/data' }],
      ['absolute', { path: '/elsewhere/volume.tif' }],
      ['absolute', { path: 'https://host/image.zarr', innerPath: 's1' }],
    ]);
    const file = await Hdf5File.open({ path });
    expect(file.readTexts('Input Data/infos/lane0000/Raw Data/filePath')).toEqual(['images/a.h5/volume/data']);
    await file.close();
  });
  it('writes a list of files below its folder as relative ones', async () => {
    const path = place();
    const files = ['a.png', 'b.png'].map((name) => join(path, '..', name)).join(':');
    const { project } = await saveAs(newProject([lane({ location: { path: files }, storage: 'relative' })]), path);
    expect(project.lanes[0]!.rawData).toMatchObject({ storage: 'relative', location: { path: files } });
    const file = await Hdf5File.open({ path });
    expect(file.readTexts('Input Data/infos/lane0000/Raw Data/filePath')).toEqual(['a.png:b.png']);
    await file.close();
  });
  it('copies images in, voxel by voxel', async () => {
    const { project } = await saveAs(newProject([lane({ storage: 'embedded' })]), place(), {
      openImage: async () => memoryImageSource(volume, { chunkShape: [1, 1, 2, 7, 9] }),
    });
    expect(project.lanes[0]!.rawData).toMatchObject({ storage: 'embedded', axes: 'tzyxc', dtype: 'uint16' });
    expect((await voxels(project.lanes[0]!.rawData)).data).toEqual(volume.data);
  });
  it('copies only the channels that are used', async () => {
    const gray = randomTensor('uint8', [1, 1, 1, 20, 30], 2);
    const rawData = { storage: 'embedded', channels: 'gray', shape: [1, 3, 1, 20, 30], axes: 'yxc' } as const;
    const labels = emptyLabels(rawData.shape);
    const { project } = await saveAs(newProject([{ rawData: image(rawData), labels }]), place(), {
      openImage: async () => memoryImageSource(gray),
    });
    expect(project.lanes[0]!.rawData).toMatchObject({ channels: 'all', shape: [1, 1, 1, 20, 30], dtype: 'uint8' });
  });
  it('keeps a prediction mask, channels, dtype and fingerprint', async () => {
    const mask = image({ nickname: 'mask', shape: [2, 1, 5, 20, 30], axes: 'tzyx', dtype: 'uint8' });
    const lanes = [{ ...lane({ channels: [1], fingerprint: 'abc' }), predictionMask: mask }];
    const { project } = await saveAs(newProject(lanes), place());
    expect(project.lanes[0]).toMatchObject({
      rawData: { channels: [1], fingerprint: 'abc', dtype: 'uint16' },
      predictionMask: { nickname: 'mask', axes: 'tzyx', dtype: 'uint8', shape: mask.shape },
    });
  });
  it('may be empty', async () => {
    const path = place();
    const { project } = await saveAs(newProject([], { classes: [] }), path);
    expect(project).toMatchObject({ lanes: [], classes: [] });
  });
  it.skipIf(!hasH5py)('opens in ilastik, says check_ilp.py (needs h5py)', async () => {
    const variants = [
      {},
      { resultSteps: { postprocessing: { smoothing: 1 }, smallestObject: 9 } },
      { classifier: { classifierId: 'random-forest', options: {}, seed: 0, model: forest } },
    ];
    for (const overrides of variants) {
      const path = place();
      await saveAs(newProject([lane(), lane({ storage: 'embedded' })], overrides), path, {
        openImage: async () => memoryImageSource(volume),
      });
      expect(await checkIlp(path)).toContain('0 problem(s)');
    }
  });
});

describe('models', () => {
  const trained = (model: StoredModel, lanes = [lane()]) =>
    newProject(lanes, {
      classifier: {
        classifierId: model.classifierId,
        options: { treeCount: 7 },
        seed: 5,
        model,
        report: {
          sampleCount: 3,
          featureCount: 3,
          classCounts: [1, 1, 1],
          outOfBagError: 0.25,
          seconds: 1,
          warnings: [],
        },
      },
    });
  it('of vigra’s layout go where ilastik looks', async () => {
    const path = place();
    const { project } = await saveAs(trained(forest), path);
    expect(project.classifier).toMatchObject({ options: { treeCount: 7 }, seed: 5, report: { outOfBagError: 0.25 } });
    const { model } = project.classifier;
    expect(model?.layout === 'vigra-forests' && model.forests[0]!.trees).toEqual(forest.forests[0]!.trees);
    expect(model?.knownLabels).toEqual([1, 3]);
    const file = await Hdf5File.open({ path });
    expect(file.children('PixelClassification/ClassifierForests').sort()).toEqual([
      'Forest0000',
      'known_labels',
      'pickled_type',
    ]);
    expect(file.readTexts('PixelClassification/ClassifierFactory')[0]).toContain('V_num_trees\np7\nI1\n');
    await file.close();
  });
  it('of other layouts are ours alone', async () => {
    const path = place();
    const { project } = await saveAs(trained(arrays), path);
    expect(project.classifier).toEqual(trained(arrays).classifier);
    const file = await Hdf5File.open({ path });
    expect(file.has('PixelClassification/ClassifierForests')).toBe(false);
    await file.close();
  });
  it('on chosen channels of a linked image are ours alone, with a word about it', async () => {
    const path = place();
    const { project, saveWarnings } = await saveAs(trained(forest, [lane({ channels: 'gray' })]), path);
    expect(saveWarnings.join()).toContain('only some channels');
    expect(project.classifier.model).toMatchObject({ layout: 'vigra-forests', knownLabels: [1, 3] });
    const file = await Hdf5File.open({ path });
    expect(file.has('PixelClassification/ClassifierForests')).toBe(false);
    await file.close();
  });
  it('are left out when ilastik changed the labels since', async () => {
    const path = place();
    await saveAs(trained(arrays), path);
    const drop = ['PixelClassification/LabelSets/labels000/block0000'];
    const { project, warnings } = await ilpStore.load({ path: await rebuildHdf5(path, place(), { drop }) });
    expect(project.classifier).toEqual({ classifierId: arrays.classifierId, options: { treeCount: 7 }, seed: 5 });
    expect(warnings.join()).toContain('Train again');
  });
  it('trained by ilastik since come without our old report', async () => {
    const path = place();
    await saveAs(trained(forest), path);
    const parameters = 'PixelClassification/ClassifierForests/Forest0000/Tree_0/parameters';
    const set = { [parameters]: Float64Array.of(1, 0.75, 10, 1, 0, 20, 0, 1) };
    const { project } = await ilpStore.load({ path: await rebuildHdf5(path, place(), { set }) });
    expect(project.classifier.report).toBeUndefined();
    expect(project.classifier.model).toMatchObject({ forests: [{ trees: [{ parameters: set[parameters] }] }] });
  });
});

describe('what other programs stored', () => {
  const set = {
    currentApplet: 2,
    'Other/numbers': Float64Array.of(1.5, 2),
    'Other/deep/text': 'σ',
    'Other/deep/texts': ['a', 'ü'],
    'FeatureSelections/Extra': BigInt64Array.of(9n),
  };
  it('survives', async () => {
    const source = await rebuildHdf5(gray2d, place(), {
      set,
      add: (writer) => writer.attribute('Other/deep', 'version', 'seven'),
    });
    const { project } = await ilpStore.load({ path: source });
    const path = place();
    const again = await saveAs(project, path);
    expect(content(again.project).carried).toEqual(project.carried);
    const file = await Hdf5File.open({ path });
    expect(file.readTexts('Other/deep/texts')).toEqual(['a', 'ü']);
    expect(file.attribute('Other/deep', 'version')).toBe('seven');
    expect(file.readNumbers('currentApplet')).toEqual(BigInt64Array.of(2n));
    expect(file.readNumbers('FeatureSelections/Extra')).toEqual(BigInt64Array.of(9n));
    await file.close();
  });
  it('in a newer format of ours makes the project incomplete', async () => {
    const source = await edited({ set: { 'Brushwood/format': 2 } });
    const { project, warnings } = await ilpStore.load({ path: source });
    expect(project.isIncomplete).toBe(true);
    expect(warnings.join()).toContain('newer');
  });
});
