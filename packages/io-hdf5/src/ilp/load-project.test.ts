import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { labelCounts } from '../testing/label-counts.ts';
import type { Edits } from '../testing/rebuild-hdf5.ts';
import { forests, gray2d, rawData, smallProject } from '../testing/small-project.node.ts';
import { fixturePath, temporaryFolder } from '../testing/temporary-folder.node.ts';
import { ilpStore } from './ilp-store.ts';

const folder = temporaryFolder();
const { loadEdited } = smallProject(folder);

describe('a project saved by ilastik', () => {
  it('is recognised', async () => {
    expect(await ilpStore.probe({ path: gray2d })).toBe(true);
    expect(await ilpStore.probe({ path: fixturePath('hdf5/variants.h5') })).toBe(false);
    expect(await ilpStore.probe({ path: join(folder, 'nothing.ilp') })).toBe(false);
  });
  it('loads with image, labels, classes, features and forests', async () => {
    const { project, warnings } = await ilpStore.load({ path: gray2d });
    expect(warnings).toEqual([]);
    expect(project.lanes[0]!.rawData).toMatchObject({
      nickname: 'gray2d',
      storage: 'embedded',
      axes: 'yx',
      shape: [1, 1, 1, 72, 96],
      dtype: 'uint8',
      channels: 'all',
    });
    expect(labelCounts(project)).toEqual([[226, 64]]);
    expect(project.classes).toEqual([
      { name: 'Label 1', color: [255, 225, 25], probabilityColor: [255, 225, 25] },
      { name: 'Label 2', color: [0, 130, 200], probabilityColor: [0, 130, 200] },
    ]);
    expect(project.features.selected.flat().filter(Boolean)).toHaveLength(37);
    expect(project.features.selected[1]![0]).toBe(false); // Laplacian at 0.3, below the smallest sigma
    expect(project.features.computeIn2d).toEqual(Array(7).fill(true));
    const { model } = project.classifier;
    expect(model).toMatchObject({ layout: 'vigra-forests', featureCount: 49, classCount: 2, knownLabels: [1, 2] });
    expect(model?.layout === 'vigra-forests' && model.forests.map((forest) => forest.trees.length)).toEqual([50, 50]);
    expect(project.exportSettings).toMatchObject({ outputFormat: 'compressed hdf5', internalPath: 'exported_data' });
    expect(project.isIncomplete).toBeUndefined();
  });
  it('has its feature names decoded', async () => {
    const { project } = await ilpStore.load({ path: gray2d });
    const names = project.carried.find((node) => node.path.endsWith('feature_names'));
    expect(names?.kind === 'dataset' && names.data[0]).toBe('Gaussian Smoothing (σ=0.3) in 2D');
  });
  it('loads from a blob', async () => {
    const blob = new Blob([readFileSync(gray2d)]);
    const { project } = await ilpStore.load({ path: 'dropped.ilp', blob });
    expect(labelCounts(project)).toEqual([[226, 64]]);
    expect(project.lanes[0]!.rawData.location).toMatchObject({ path: 'dropped.ilp', blob });
  });
});

const referenceFolder = process.env['BRUSHWOOD_REFERENCE'];
const dataFolder = process.env['BRUSHWOOD_DATA'];

// Counted with h5py: numpy.bincount over the blocks of each label set.
describe.skipIf(!referenceFolder)('the reference projects (BRUSHWOOD_REFERENCE)', () => {
  it.each([
    ['gray2d', [226, 64], [1, 1, 1, 72, 96], 37, 49],
    ['rgb2d', [258, 23, 11], [1, 3, 1, 64, 80], 17, 69],
    ['vol3d', [527, 200], [1, 2, 40, 44, 48], 18, 56],
  ])('load: %s', async (...row) => {
    const [name, counts, shape, cells, featureCount] = row;
    const { project, warnings } = await ilpStore.load({ path: join(referenceFolder!, 'projects', `${name}.ilp`) });
    expect(warnings).toEqual([]);
    expect(labelCounts(project)).toEqual([counts]);
    expect(project.lanes[0]!.rawData.shape).toEqual(shape);
    expect(project.features.selected.flat().filter(Boolean)).toHaveLength(cells);
    expect(project.classifier.model?.featureCount).toBe(featureCount);
  });
});
describe.skipIf(!dataFolder)('the projects of the data (BRUSHWOOD_DATA)', () => {
  it.each([
    ['projects/pc', [294, 838], [1, 1, 1, 1024, 1344], 49, 100],
    ['bench/cells', [5793, 831], [1, 1, 1, 1024, 1024], 49, 100],
    ['bench/blobs', [3051, 430], [1, 1, 128, 256, 256], 61, 100],
  ])('load: %s', async (...row) => {
    const [name, counts, shape, featureCount, trees] = row;
    const { project, warnings } = await ilpStore.load({ path: join(dataFolder!, `${name}.ilp`) });
    expect(warnings).toEqual([]);
    expect(labelCounts(project)).toEqual([counts]);
    expect(project.lanes[0]!.rawData.shape).toEqual(shape);
    const { model } = project.classifier;
    expect(model?.featureCount).toBe(featureCount);
    const sizes = model?.layout === 'vigra-forests' ? model.forests.map((forest) => forest.trees.length) : [];
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(trees);
  });
});

describe('deviations ilastik opens too (spec §C.8)', () => {
  const optional = [
    ['PixelClassification/ClassifierFactory'],
    [`${forests}/known_labels`],
    [`${forests}/pickled_type`],
    [`${forests}/feature_names`],
    ['FeatureSelections/ComputeIn2d'],
    ['Input Data/infos/lane0000/Prediction Mask'],
    ['Prediction Export'],
    ['workflowName'],
    ['PixelClassification/Bookmarks'],
    [`${rawData}/__class__`],
    [`${rawData}/datasetId`],
    [`${rawData}/axistags`],
    [`${rawData}/shape`],
    [`${rawData}/display_mode`],
    [`${rawData}/inner_path`],
    ['PixelClassification/LabelColors'],
    ['PixelClassification/PmapColors'],
    ['Input Data/Role Names'],
  ];
  it.each(optional)('nothing is lost without %s', async (path) => {
    const { project } = await loadEdited({ drop: [path] });
    expect(labelCounts(project)).toEqual([[226, 64]]);
    expect(project.classifier.model).toMatchObject({ featureCount: 49, knownLabels: [1, 2] });
    expect(project.features.computeIn2d).toEqual(Array(7).fill(true));
    expect(project.classes.map((item) => item.color)[1]).toEqual([0, 130, 200]);
    expect(project.lanes[0]!.rawData.shape).toEqual([1, 1, 1, 72, 96]);
    expect(project.isIncomplete).toBeUndefined();
  });
  it('the mark of empty lists may be missing', async () => {
    const { project } = await loadEdited({ dropAttributes: ['PixelClassification/LabelNames@isEmpty'] });
    expect(project.classes).toHaveLength(2);
  });
  it('names and colours are made up', async () => {
    const drop = ['LabelNames', 'LabelColors', 'PmapColors'].map((name) => `PixelClassification/${name}`);
    const { project } = await loadEdited({ drop });
    expect(project.classes.map((item) => item.name)).toEqual(['Label 1', 'Label 2']);
  });
  it('without label sets there are no labels', async () => {
    const { project } = await loadEdited({ drop: ['PixelClassification/LabelSets'] });
    expect(labelCounts(project)).toEqual([[0, 0]]);
  });
  it.each(['1.5.0', '1.4.2+myapp', '0.6.0'])('version %s', async (version) => {
    const { project } = await loadEdited({ set: { ilastikVersion: version } });
    expect(labelCounts(project)).toEqual([[226, 64]]);
  });
  it('features without a StorageVersion count as absent', async () => {
    const { project, warnings } = await loadEdited({ drop: ['FeatureSelections/StorageVersion'] });
    expect(project.features.selected.flat().some(Boolean)).toBe(false);
    expect(warnings.join()).toContain('StorageVersion');
  });
  it('without a matrix nothing is selected', async () => {
    const { project } = await loadEdited({ drop: ['FeatureSelections/SelectionMatrix'] });
    expect(project.features.selected.flat()).toEqual(Array(42).fill(false));
  });
  it('the stored order of features is kept', async () => {
    const FeatureIds = ['HessianOfGaussianEigenvalues', 'GaussianSmoothing'];
    const { project } = await loadEdited({
      drop: ['FeatureSelections/SelectionMatrix'],
      set: { 'FeatureSelections/FeatureIds': FeatureIds },
      add: (writer) =>
        writer.write(
          'FeatureSelections/SelectionMatrix',
          Uint8Array.from([0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
          [2, 7],
        ),
    });
    expect(project.features.filterIds).toEqual(FeatureIds);
    expect(project.features.selected.map((row) => row.indexOf(true))).toEqual([2, 0]);
  });
  it('a missing nickname is the name of the data', async () => {
    const { project } = await loadEdited({ drop: [`${rawData}/nickname`, `${rawData}/allowLabels`] });
    expect(project.lanes).toHaveLength(1);
  });
});

describe('files that are refused', () => {
  it('no HDF5', async () => {
    const path = join(folder, 'text.ilp');
    writeFileSync(path, 'not a project');
    await expect(ilpStore.load({ path })).rejects.toMatchObject({
      code: 'broken-file',
      message: expect.stringContaining('not an ilastik project (HDF5) file'),
    });
  });
  it('nothing there', async () => {
    await expect(ilpStore.load({ path: join(folder, 'none.ilp') })).rejects.toMatchObject({ code: 'not-found' });
  });
  it('an HDF5 file that is no project', async () => {
    const load = ilpStore.load({ path: fixturePath('hdf5/single.h5') });
    await expect(load).rejects.toMatchObject({ code: 'project-unsupported' });
  });
  it.each([
    ['another version', { set: { ilastikVersion: '2.0.0' } }, '2.0.0'],
    ['no version', { drop: ['ilastikVersion'] }, 'ilastikVersion'],
    ['another workflow', { set: { workflowName: 'Object Classification' } }, 'Object Classification'],
    ['no images', { drop: ['Input Data'] }, 'Input Data'],
    [
      'a part of an image',
      { set: { [`${rawData}/subvolume_roi`]: BigInt64Array.of(1n, 0n, 72n, 96n) } },
      'subvolume_roi',
    ],
  ])('%s', async (_, edits: Edits, word) => {
    await expect(loadEdited(edits)).rejects.toMatchObject({
      code: 'project-unsupported',
      message: expect.stringContaining(word),
    });
  });
  it('an embedded image that is not there', async () => {
    await expect(loadEdited({ drop: ['Input Data/local_data'] })).rejects.toMatchObject({ code: 'broken-file' });
  });
  it('an aborted load', async () => {
    const load = ilpStore.load({ path: gray2d }, { signal: AbortSignal.abort() });
    await expect(load).rejects.toMatchObject({ code: 'aborted' });
  });
});
