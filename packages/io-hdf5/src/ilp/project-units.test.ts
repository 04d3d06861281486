import type { VigraForest } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { formatAxisTags, parseAxisTags } from '../axistags.ts';
import { decodeText } from '../strings.ts';
import { forestProblem } from './check-forest.ts';
import { checkVersion, compareVersions } from './ilastik-version.ts';
import { factoryText } from './ilp-layout.ts';
import {
  candidatePaths,
  joinPath,
  pathBelow,
  splitFileList,
  splitInnerPath,
  withForwardSlashes,
} from './image-paths.ts';
import { labelBlockAxes, workingAxes } from './label-axes.ts';

describe('versions of ilastik', () => {
  it('are ordered as they were released', () => {
    const released = ['0.6', '1.2.0rc10', '1.2.0', '1.3.3', '1.3.3post1', '1.3.3post2', '1.4.0b7', '1.4.0b11'];
    released.push('1.4.0rc1', '1.4.0', '1.4.1b16', '1.4.1', '1.4.2.dev28+gebbaf9b9c', '1.5.0');
    expect([...released].reverse().sort(compareVersions)).toEqual(released);
  });
  it.each(['0.6', '1.0', '1.4.0b11', '1.4.2+myapp', '1.5.0'])('%s is read', (version) => {
    expect(() => checkVersion(version, 'a.ilp')).not.toThrow();
  });
  it.each(['0.5', '1.6.0', '2.0.0', 'new'])('%s is refused by name', (version) => {
    expect(() => checkVersion(version, 'a.ilp')).toThrow(version);
  });
});

describe('paths of images', () => {
  it('are taken relative to the folder of the project', () => {
    expect(joinPath('/data/p', 'sub/a.tif')).toBe('/data/p/sub/a.tif');
    expect(joinPath('/data/p', '../a.tif')).toBe('/data/a.tif');
    expect(joinPath('/data/p', '/else/a.tif')).toBe('/else/a.tif');
    expect(joinPath('C:/data', 'a.tif')).toBe('C:/data/a.tif');
  });
  it('may be written on Windows', () => {
    expect(withForwardSlashes('sub\\deep\\a.tif')).toBe('sub/deep/a.tif');
  });
  it('name the dataset after the file', () => {
    expect(splitInnerPath('/d/a.h5/volume/data')).toEqual({ path: '/d/a.h5', innerPath: 'volume/data' });
    expect(splitInnerPath('/d/a.tif')).toEqual({ path: '/d/a.tif' });
  });
  it('may be several, joined by a separator', () => {
    expect(splitFileList('a.png:b.png')).toEqual(['a.png', 'b.png']);
    expect(splitFileList('C:/a.png;C:/b.png')).toEqual(['C:/a.png', 'C:/b.png']);
    expect(splitFileList('C:/a.png')).toEqual(['C:/a.png']);
    expect(splitFileList('https://host/a.zarr')).toEqual(['https://host/a.zarr']);
  });
  it('are sought by their tails below the project, the longest first', () => {
    expect(candidatePaths('/new', '/old/set/a.tif')).toEqual(['/new/old/set/a.tif', '/new/set/a.tif', '/new/a.tif']);
  });
  it('are relative only below the project', () => {
    expect(pathBelow('/data', '/data/sub/a.tif')).toBe('sub/a.tif');
    expect(pathBelow('/data', '/database/a.tif')).toBeUndefined();
  });
});

describe('text in HDF5', () => {
  it('is UTF-8 also where it is called ASCII', () => {
    expect(decodeText('Gaussian (Ï\u0083=1)')).toBe('Gaussian (σ=1)'); // bytes CF 83, decoded as latin-1
    expect(decodeText('Gaussian (Ïƒ=1)')).toBe('Gaussian (σ=1)'); // decoded as windows-1252
  });
  it('stays what it is if it is no UTF-8', () => {
    expect(decodeText('été')).toBe('été');
    expect(decodeText('σ')).toBe('σ');
    expect(decodeText('plain')).toBe('plain');
  });
});

describe('axistags', () => {
  it('carry vigra’s flags of the kinds of axes', () => {
    const tags = JSON.parse(formatAxisTags('tzc')) as { axes: object[] };
    expect(tags.axes).toEqual([
      { key: 't', typeFlags: 8, resolution: 0, description: '' },
      { key: 'z', typeFlags: 2, resolution: 0, description: '' },
      { key: 'c', typeFlags: 1, resolution: 0, description: '' },
    ]);
  });
  it.each(['{}', 'no JSON', '{"axes":[{"key":"?"}]}', '{"axes":[{"key":"x"},{"key":"x"}]}', 'null'])(
    'are ignored if they are %s',
    (text) => expect(parseAxisTags(text)).toBeUndefined(),
  );
});

describe('axes of label blocks', () => {
  const flat = { rank: 3, version: '1.4.1', hasObjects: false, imageAxes: 'yxc', blockAxes: () => undefined } as const;
  it('are the working order today', () => {
    expect(workingAxes([1, 3, 1, 20, 30])).toBe('yxc');
    expect(workingAxes([1, 1, 10, 20, 30])).toBe('zyxc');
    expect(workingAxes([5, 1, 1, 20, 30])).toBe('tyxc');
    expect(workingAxes([5, 2, 10, 20, 30])).toBe('tzyxc');
    expect(labelBlockAxes({ ...flat, imageShape: [1, 3, 1, 20, 30] })).toBe('yxc');
  });
  it('were the image’s own between 1.3.3post2 and 1.4.0b7', () => {
    const image = { imageAxes: 'xyc', imageShape: [1, 1, 1, 20, 30] as const };
    expect(labelBlockAxes({ ...flat, ...image, version: '1.3.3post2' })).toBe('xyc');
    expect(labelBlockAxes({ ...flat, ...image, version: '1.4.0b7' })).toBe('xyc');
    expect(labelBlockAxes({ ...flat, ...image, version: '1.4.0b8' })).toBe('yxc');
    expect(labelBlockAxes({ ...flat, ...image, version: '1.3.3post1' })).toBe('yxc');
    expect(labelBlockAxes({ ...flat, ...image, imageAxes: 'xy', version: '1.4.0b5' })).toBe('xyc');
  });
  it('were txyzc in projects with objects of 1.3.3', () => {
    const image = { rank: 5, imageAxes: 'tzyxc', imageShape: [2, 1, 4, 20, 30] as const };
    expect(labelBlockAxes({ ...flat, ...image, version: '1.3.3post1', hasObjects: true })).toBe('txyzc');
    expect(labelBlockAxes({ ...flat, ...image, version: '1.3.3post1' })).toBe('tzyxc');
  });
  it('are the image’s where an old project has more of them than the working order', () => {
    const image = { rank: 5, imageAxes: 'txyzc', imageShape: [1, 1, 1, 20, 30] as const };
    expect(labelBlockAxes({ ...flat, ...image, version: '1.2.0rc10' })).toBe('txyzc');
  });
});

describe('the check of a forest', () => {
  const leaf = 0x40000000;
  // One split: feature 1 < 0.5 → leaf (1, 0), else leaf (0, 1).
  const topology = [3, 2, 0, 0, 7, 9, 1, leaf, 2, leaf, 5];
  const parameters = [1, 0.5, 10, 1, 0, 20, 0, 1];
  const forest = (changed: number[] = topology, values = parameters, options = { tree_count_: 1 }): VigraForest => ({
    trees: [{ topology: Int32Array.from(changed), parameters: Float64Array.from(values) }],
    columnCount: 3,
    classCount: 2,
    labels: [1, 2],
    options,
    parameters: {},
  });
  const withAt = (at: number, value: number) => topology.map((old, i) => (i === at ? value : old));

  it('accepts a tree that is whole', () => expect(forestProblem(forest())).toBeUndefined());
  it.each([
    ['a loop', withAt(4, 2)],
    ['a child outside', withAt(5, 400)],
    ['a child in the header', withAt(4, 0)],
    ['a feature there is not', withAt(6, 3)],
    ['an unknown kind of node', withAt(7, 1)],
    ['values outside', withAt(10, 7)],
    ['a threshold outside', withAt(3, 100)],
    ['another number of features', withAt(0, 4)],
    ['no root', [3, 2]],
    ['a node that is cut off', topology.slice(0, 5)],
  ])('finds %s', (_, changed) => expect(forestProblem(forest(changed))).toMatch(/^tree 0 /));
  it('finds a leaf without probabilities, so that the project opens without the forest', () => {
    expect(forestProblem(forest(topology, [1, 0.5, 10, 7, 0, 20, 0, 1]))).toMatch(/^tree 0 .*not a probability/);
  });
  it('finds a wrong number of trees', () => {
    expect(forestProblem(forest(topology, parameters, { tree_count_: 2 }))).toContain('1 trees');
  });
});

describe('the description of ilastik’s classifier', () => {
  it('is the text ilastik matches and unpickles, with the counts', () => {
    const expected =
      'ccopy_reg\n_reconstructor\np0\n(clazyflow.classifiers.parallelVigraRfLazyflowClassifier\n' +
      'ParallelVigraRfLazyflowClassifierFactory\np1\nc__builtin__\nobject\np2\nNtp3\nRp4\n(dp5\nVVERSION\np6\nI2\n' +
      'sV_num_trees\np7\nI100\nsV_label_proportion\np8\nNsV_variable_importance_path\np9\nNsV_variable_importance_enabled\n' +
      'p10\nI00\nsV_kwargs\np11\n(dp12\nsV_num_forests\np13\nI4\nsb.';
    expect(factoryText(100, 4)).toBe(expected);
  });
});
