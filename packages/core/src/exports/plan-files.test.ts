import { describe, expect, it } from 'vitest';
import { createContainer } from '../container.ts';
import type { StorageFormat } from '../contracts/storage-format.ts';
import { fakeFilters } from '../test-doubles/filters.ts';
import { allOf, emptyProject } from '../test-doubles/projects.ts';
import type { ExportPlan } from './export-plan.ts';
import { describeFiles, planFiles } from './plan-files.ts';

const format = (id: string, extension: string): StorageFormat => ({
  id,
  displayName: id,
  extensions: [extension],
  supports: { read: false, write: true, innerPaths: false, writeDtypes: ['uint8', 'float32'] },
  probe: async () => false,
  open: () => Promise.reject(new Error('only written')),
  create: () => Promise.reject(new Error('not in this test')),
});
const { catalog } = createContainer([
  { name: 'test', formats: [format('raw', '.raw'), format('raw-sequence', '.raw')], filters: fakeFilters },
]);
const values = { dataset_dir: '', project_dir: '', nickname: 'cells' };
const project = {
  ...emptyProject(['nucleus', 'rim', 'background']),
  features: allOf(
    fakeFilters.map(({ id }) => id),
    [1],
  ),
};
const plan: ExportPlan = {
  outputs: [{ sourceId: 'probabilities', dtype: 'uint8' }, { sourceId: 'segmentation' }],
  formatId: 'raw',
  pattern: '{nickname}_{result_type}',
  steps: {},
};

describe('planFiles', () => {
  const paths = (change: Partial<ExportPlan>) =>
    planFiles(project, { ...plan, ...change }, { catalog, values }).map(({ path }) => path);

  it('names one file for each kind of result', () => {
    expect(paths({})).toEqual(['cells_Probabilities.raw', 'cells_Simple Segmentation.raw']);
  });

  it('gives the files of a sequence a place for their number', () => {
    expect(paths({ formatId: 'raw-sequence' })[0]).toBe('cells_Probabilities_{slice_index}.raw');
    expect(paths({ formatId: 'raw-sequence', pattern: '{result_type}/z{slice_index}' })[0]).toBe(
      'Probabilities/z{slice_index}.raw',
    );
    expect(paths({ formatId: 'raw-sequence', pattern: '{result_type}.raw' })[0]).toBe(
      'Probabilities_{slice_index}.raw',
    );
  });

  it('takes nothing but an ending of the format for one', () => {
    expect(paths({ formatId: 'raw-sequence', pattern: '{result_type}.v2' })[0]).toBe(
      'Probabilities.v2_{slice_index}.raw',
    );
  });

  it('gives files in a folder that is named alone the usual names', () => {
    expect(paths({ pattern: 'out/' })[0]).toBe('out/cells_Probabilities.raw');
    expect(paths({ formatId: 'raw-sequence', pattern: 'out/' })[0]).toBe('out/cells_Probabilities_{slice_index}.raw');
  });

  it('fills in where a cut-out begins', () => {
    const roi = { start: [0, 0, 3, 4, 5], stop: [1, 1, 9, 9, 9] } as const;
    expect(paths({ roi, pattern: '{result_type}_{x_start}-{x_stop}' })[0]).toBe('Probabilities_5-9.raw');
  });

  it.each([
    [{ pattern: '{nickname}' }, /Probabilities and Simple Segmentation would both be written to "cells.raw"/],
    [{ pattern: '{result_type}{slice_index}' }, /names many files, but raw is one/],
    [{ formatId: 'jpeg2000' }, /Unknown output format "jpeg2000"/],
    [{ pattern: '{name}' }, /Unknown placeholder \{name\}/],
  ])('refuses %j', (change, message) => expect(() => paths(change)).toThrow(message));
});

describe('describeFiles', () => {
  const info = { fileAxes: 'zyx', shape: [1, 1, 10, 20, 30] } as const;
  const describeAll = (change: Partial<ExportPlan>) => {
    const wanted = { ...plan, ...change };
    return describeFiles(project, wanted, { catalog, info, files: planFiles(project, wanted, { catalog, values }) });
  };

  it('tells axes, shape and type, with a channel for each class', () => {
    expect(describeAll({})).toMatchObject([
      { axes: 'zyxc', shape: [1, 3, 10, 20, 30], dtype: 'uint8' },
      { axes: 'zyx', shape: [1, 1, 10, 20, 30], dtype: 'uint8' },
    ]);
  });

  it('follows the classes that are chosen and combined, and the cut-out', () => {
    const roi = { start: [0, 0, 2, 0, 0], stop: [1, 1, 5, 8, 9] } as const;
    const outputs = [{ sourceId: 'probabilities', channels: [1] }];
    expect(describeAll({ roi, outputs, steps: { postprocessing: { combine: [[0, 1], [2]] } } })).toMatchObject([
      { shape: [1, 1, 3, 8, 9], dtype: 'float32', channelNames: ['background'] },
    ]);
  });

  it('refuses a cut-out that leaves the image', () => {
    const roi = { start: [0, 0, 2, 0, 0], stop: [1, 1, 5, 8, 31] } as const;
    expect(() => describeAll({ roi })).toThrow(/image/i);
  });
});
