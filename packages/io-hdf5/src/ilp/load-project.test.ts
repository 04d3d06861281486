import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readLabels, type Shape5 } from '@brushwood/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatAxisTags } from '../axistags.ts';
import type { Hdf5Writer } from '../hdf5-writer.ts';
import { labelCounts } from '../testing/label-counts.ts';
import { rebuildHdf5, type Edits } from '../testing/rebuild-hdf5.ts';
import { fixturePath, temporaryFolder } from '../testing/temporary-folder.ts';
import { ilpStore } from './ilp-store.ts';

const folder = temporaryFolder();
const gray2d = fixturePath('ilp/gray2d.ilp');
const rawData = 'Input Data/infos/lane0000/Raw Data';
const labelSet = 'PixelClassification/LabelSets/labels000';
const forests = 'PixelClassification/ClassifierForests';
let made = 0;

// The same project with two forests of two trees: quick to copy.
const small = join(folder, 'small.ilp');
beforeAll(async () => {
  const trees = Array.from({ length: 48 }, (_, i) => `Tree_${String(i + 2).padStart(2, '0')}`);
  const names = ['Forest0000', 'Forest0001'].map((name) => `${forests}/${name}`);
  await rebuildHdf5(gray2d, small, {
    drop: names.flatMap((name) => trees.map((tree) => `${name}/${tree}`)),
    set: Object.fromEntries(names.map((name) => [`${name}/_options/tree_count_`, Float64Array.of(2)])),
  });
});

function edited(edits: Edits): Promise<string> {
  return rebuildHdf5(small, join(folder, `edited-${made++}.ilp`), edits);
}
async function loadEdited(edits: Edits) {
  return ilpStore.load({ path: await edited(edits) });
}

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

describe('damaged projects', () => {
  const bytes = readFileSync(gray2d);
  it.each([100, 2048, 20_000, 120_000, bytes.length - 1])('cut off after %i bytes', async (length) => {
    const path = join(folder, `cut-${length}.ilp`);
    writeFileSync(path, bytes.subarray(0, length));
    await expect(ilpStore.load({ path })).rejects.toMatchObject({ code: 'broken-file' });
  });
  it.each([8, 13, 40, 64])('byte %i of the superblock flipped', async (at) => {
    const path = join(folder, `flipped-${at}.ilp`);
    const flipped = Uint8Array.from(bytes);
    flipped[at]! ^= 0xff;
    writeFileSync(path, flipped);
    await expect(ilpStore.load({ path })).rejects.toMatchObject({
      code: expect.stringMatching(/broken-file|project-unsupported/),
    });
  });
  it('never lose something silently, wherever 64 bytes are spoiled', async () => {
    const { project: whole } = await ilpStore.load({ path: gray2d });
    const path = join(folder, 'spoiled.ilp');
    for (let at = 100; at < bytes.length; at += 20_011) {
      const spoiled = Uint8Array.from(bytes);
      spoiled.fill(0xff, at, at + 64);
      writeFileSync(path, spoiled);
      const loaded = await ilpStore.load({ path }).catch((error: { code?: string }) => {
        expect(['broken-file', 'project-unsupported', 'too-large', 'not-found', 'axes-mismatch']).toContain(error.code);
      });
      if (!loaded || loaded.warnings.length > 0) continue;
      expect(loaded.project.lanes[0]!.rawData.shape).toEqual(whole.lanes[0]!.rawData.shape);
    }
  });
  it.each([
    ['no place', { dropAttributes: [`${labelSet}/block0000@blockSlice`] }],
    [
      'a place that does not fit',
      { add: (w: Hdf5Writer) => addBlock(w, 'block0001', { shape: [2, 2, 1], slice: '[0:3,0:2,0:1]' }) },
    ],
    [
      'a place outside the image',
      { add: (w: Hdf5Writer) => addBlock(w, 'block0001', { shape: [2, 2, 1], slice: '[71:73,0:2,0:1]' }) },
    ],
    [
      'values above 100',
      { add: (w: Hdf5Writer) => addBlock(w, 'block0001', { shape: [1, 1, 1], slice: '[0:1,0:1,0:1]', fill: 101 }) },
    ],
  ])('labels with %s make the project incomplete', async (_, edits: Edits) => {
    const { project, warnings } = await loadEdited(edits);
    expect(project.isIncomplete).toBe(true);
    expect(warnings.join()).toContain('Labels of "gray2d"');
  });
  it.each([
    ['a tree less than it says', { drop: [`${forests}/Forest0000/Tree_00`] }],
    ['a tree without its values', { drop: [`${forests}/Forest0001/Tree_01/parameters`] }],
    ['no options', { drop: [`${forests}/Forest0000/_options`] }],
    [
      'more classes than the project',
      { set: { 'PixelClassification/LabelNames': ['only one'] }, drop: ['PixelClassification/LabelSets'] },
    ],
    ['labels that do not fit', { set: { [`${forests}/known_labels`]: Uint32Array.of(1) } }],
    ['another number of feature names', { set: { [`${forests}/feature_names`]: ['one'] } }],
    ['a pickle', { add: (w: Hdf5Writer) => w.write(`${forests}/pickled_classifier`, 'cos\nsystem\n') }],
    ['a foreign type', { set: { [`${forests}/pickled_type`]: 'csklearn.ensemble\nForest\np0\n.' } }],
  ])('a classifier with %s is left out, and the project stays complete', async (_, edits: Edits) => {
    const { project, warnings } = await loadEdited(edits);
    expect(project.classifier.model).toBeUndefined();
    expect(project.isIncomplete).toBeUndefined();
    expect(warnings.join()).toContain('classifier is left out');
  });
});

interface NewBlock {
  readonly shape: readonly number[];
  readonly slice: string;
  readonly fill?: number;
  readonly data?: Uint8Array;
}

function addBlock(writer: Hdf5Writer, name: string, { shape, slice, fill = 1, data }: NewBlock): void {
  const size = shape.reduce((product, n) => product * n, 1);
  writer.write(`${labelSet}/${name}`, data ?? new Uint8Array(size).fill(fill), shape);
  writer.attribute(`${labelSet}/${name}`, 'blockSlice', slice);
}

describe('labels', () => {
  const onlyNew = { drop: [`${labelSet}/block0000`] };
  const dense = async (edits: Edits) => {
    const { project } = await loadEdited(edits);
    const { labels } = project.lanes[0]!;
    return {
      project,
      at: (y: number, x: number) => readLabels(labels, { start: [0, 0, 0, y, x], stop: [1, 1, 1, y + 1, x + 1] })[0],
    };
  };
  it('later blocks win, and zeros leave what was there', async () => {
    const { at } = await dense({
      ...onlyNew,
      add(writer) {
        addBlock(writer, 'block0000', { shape: [2, 2, 1], slice: '[10:12,20:22,0:1]', fill: 1 });
        addBlock(writer, 'block0001', {
          shape: [2, 2, 1],
          slice: '[11:13,20:22,0:1]',
          data: Uint8Array.of(0, 2, 2, 0),
        });
      },
    });
    expect([at(10, 20), at(11, 20), at(11, 21), at(12, 20), at(12, 21)]).toEqual([1, 1, 2, 2, 0]);
  });
  it('the value 100 erases', async () => {
    const { at, project } = await dense({
      ...onlyNew,
      add(writer) {
        addBlock(writer, 'block0000', { shape: [1, 3, 1], slice: '[5:6,5:8,0:1]', fill: 2 });
        addBlock(writer, 'block0001', { shape: [1, 3, 1], slice: '[5:6,5:8,0:1]', data: Uint8Array.of(100, 0, 1) });
      },
    });
    expect([at(5, 5), at(5, 6), at(5, 7)]).toEqual([0, 2, 1]);
    expect(labelCounts(project)).toEqual([[1, 1]]);
  });
  it('five axes of old projects', async () => {
    const { at } = await dense({
      drop: [`${labelSet}/block0000`, `${rawData}/axistags`],
      set: { ilastikVersion: '1.2.0rc10' },
      add(writer) {
        // t, x, y, z, c: x 30…32, y 40
        addBlock(writer, 'block0000', {
          shape: [1, 2, 1, 1, 1],
          slice: '[0:1,30:32,40:41,0:1,0:1]',
          data: Uint8Array.of(1, 2),
        });
        writer.attribute(`${labelSet}/block0000`, 'axistags', formatAxisTags('txyzc'));
      },
    });
    expect([at(40, 30), at(40, 31)]).toEqual([1, 2]);
  });
  it.each([
    ['1.4.0b7', 'xy', [20, 10]],
    ['1.4.0b11', 'xy', [10, 20]],
  ])('of version %s on an image stored as %s', async (version, axes, [y, x]) => {
    const tags = formatAxisTags(axes);
    const { at } = await dense({
      ...onlyNew,
      set: { ilastikVersion: version, [`${rawData}/axistags`]: tags },
      add: (writer) => addBlock(writer, 'block0000', { shape: [1, 1, 1], slice: '[10:11,20:21,0:1]' }),
    });
    expect(at(y!, x!)).toBe(1);
  });
  it('belong to lanes by the order of their sets', async () => {
    const { project } = await loadEdited({
      add(writer) {
        writer.write('Input Data/infos/lane0001/Raw Data/filePath', 'b.tif');
        writer.write('Input Data/infos/lane0001/Raw Data/nickname', 'b');
        writer.write('Input Data/infos/lane0001/Raw Data/axistags', formatAxisTags('yx'));
        writer.write('Input Data/infos/lane0001/Raw Data/shape', BigInt64Array.of(30n, 40n));
        writer.write('PixelClassification/LabelSets/labels001/block0000', Uint8Array.of(2), [1, 1, 1]);
        writer.attribute('PixelClassification/LabelSets/labels001/block0000', 'blockSlice', '[3:4,4:5,0:1]');
      },
    });
    expect(labelCounts(project)).toEqual([
      [226, 64],
      [0, 1],
    ]);
  });
});

describe('linked images', () => {
  const link = (fields: Record<string, string | BigInt64Array>): Edits => ({
    drop: [rawData, 'Input Data/local_data'],
    add(writer) {
      const shape = BigInt64Array.of(72n, 96n);
      const all = { nickname: 'gray2d', axistags: formatAxisTags('yx'), shape, ...fields };
      for (const [name, value] of Object.entries(all)) writer.write(`${rawData}/${name}`, value);
    },
  });
  const place = async (path: string) => {
    const { project, warnings } = await ilpStore.load({ path });
    return { ...project.lanes[0]!.rawData, warnings };
  };
  mkdirSync(join(folder, 'sub', 'deep'), { recursive: true });
  writeFileSync(join(folder, 'sub', 'deep', 'there.tif'), '');
  copyFileSync(fixturePath('hdf5/single.h5'), join(folder, 'sub', 'single.h5'));

  it('are relative to the project', async () => {
    const { location, storage, warnings } = await place(await edited(link({ filePath: 'sub/deep/there.tif' })));
    expect(location).toEqual({ path: join(folder, 'sub/deep/there.tif') });
    expect(storage).toBe('relative');
    expect(warnings).toEqual([]);
  });
  it('may have the separators of Windows', async () => {
    const { location } = await place(await edited(link({ filePath: 'sub\\deep\\there.tif' })));
    expect(location.path).toBe(join(folder, 'sub/deep/there.tif'));
  });
  it('are found below the project if they moved, with a word about it', async () => {
    const { location, warnings } = await place(await edited(link({ filePath: '/old/disk/sub/deep/there.tif' })));
    expect(location.path).toBe(join(folder, 'sub/deep/there.tif'));
    expect(warnings.join()).toContain('/old/disk/sub/deep/there.tif');
  });
  it('may be missing: the lane stays, with a word about it', async () => {
    const { location, shape, storage, warnings } = await place(await edited(link({ filePath: '/old/gone.tif' })));
    expect({ location, shape, storage }).toEqual({
      location: { path: '/old/gone.tif' },
      shape: [1, 1, 1, 72, 96],
      storage: 'absolute',
    });
    expect(warnings.join()).toContain('is missing');
  });
  it('may be datasets of HDF5 files, which tell their own type', async () => {
    const fields = {
      filePath: 'sub/single.h5/volume/data',
      axistags: formatAxisTags('zyx'),
      shape: BigInt64Array.of(2n, 3n, 4n),
    };
    const { location, dtype } = await place(
      await edited({ ...link(fields), drop: [rawData, 'Input Data/local_data', labelSet] }),
    );
    expect(location).toEqual({ path: join(folder, 'sub/single.h5'), innerPath: 'volume/data' });
    expect(dtype).toBe('uint16');
  });
  it('may have axisorder instead of axistags', async () => {
    const path = await edited({
      ...link({ filePath: '/old/gone.tif', axisorder: 'cyx', shape: BigInt64Array.of(3n, 72n, 96n) }),
      set: {},
    });
    const copy = await rebuildHdf5(path, join(folder, 'legacy.ilp'), { drop: [`${rawData}/axistags`] });
    expect(await place(copy)).toMatchObject({ axes: 'cyx', shape: [1, 3, 1, 72, 96] satisfies Shape5 });
  });
  it('without a size are as large as their labels', async () => {
    const path = await rebuildHdf5(await edited(link({ filePath: '/old/gone.tif' })), join(folder, 'no-size.ilp'), {
      drop: [`${rawData}/shape`],
    });
    const { project } = await ilpStore.load({ path });
    expect(project.lanes[0]!.rawData.shape).toEqual([1, 1, 1, 70, 95]); // the block is [1:70,0:95,0:1]
    expect(labelCounts(project)).toEqual([[226, 64]]);
  });
  it('may be a prediction mask', async () => {
    const mask = 'Input Data/infos/lane0000/Prediction Mask';
    const { project } = await loadEdited({
      add(writer) {
        writer.write(`${mask}/filePath`, 'sub/deep/there.tif');
        writer.write(`${mask}/nickname`, 'mask');
        writer.write(`${mask}/axistags`, formatAxisTags('yx'));
        writer.write(`${mask}/shape`, BigInt64Array.of(72n, 96n));
      },
    });
    expect(project.lanes[0]!.predictionMask).toMatchObject({ nickname: 'mask', shape: [1, 1, 1, 72, 96] });
  });
});
