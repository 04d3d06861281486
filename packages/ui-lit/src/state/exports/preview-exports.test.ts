import {
  addLane,
  createContainer,
  newProject,
  selectFeature,
  type ImageReference,
  type Project,
  type Shape5,
} from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { plugins } from '../../plugins.ts';
import { formatFields, initialForm, planOfForm, type ExportForm } from './export-form.ts';
import { previewExports, shownBytes, shownName } from './preview-exports.ts';

const { catalog } = createContainer(plugins);
const reference = (nickname: string, shape: Shape5, axes: string): ImageReference => ({
  nickname,
  location: { path: `/data/${nickname}.tif` },
  storage: 'absolute',
  axes,
  shape,
  dtype: 'uint8',
  channels: 'all',
});
const project = ((empty: Project): Project => ({
  ...addLane(addLane(empty, reference('near', [1, 1, 12, 40, 50], 'zyx')), reference('far', [1, 1, 6, 40, 20], 'zyx')),
  features: selectFeature(empty.features, 'GaussianSmoothing', 1),
}))(newProject(catalog, ['ground', 'cell', 'rim']));

const preview = (change: Partial<ExportForm>, lanes = project.lanes) => {
  const plan = planOfForm(
    { ...initialForm, ...change },
    { catalog, workflowId: project.workflowId, steps: {}, classCount: 3 },
  );
  return previewExports(project, plan, { catalog, lanes });
};
const probabilities = { sourceIds: ['probabilities'], axes: undefined } as const;

describe('the preview of an export', () => {
  it('tells name, shape, type and size of every file', () => {
    expect(preview({ ...probabilities, sourceIds: ['probabilities', 'segmentation'] })).toEqual([
      row('near', 'near_Probabilities.tif', 'zyxc', [12, 40, 50, 3], 12 * 40 * 50 * 3),
      row('near', 'near_Simple Segmentation.tif', 'zyx', [12, 40, 50], 12 * 40 * 50),
      row('far', 'far_Probabilities.tif', 'zyxc', [6, 40, 20, 3], 6 * 40 * 20 * 3),
      row('far', 'far_Simple Segmentation.tif', 'zyx', [6, 40, 20], 6 * 40 * 20),
    ]);
  });

  it('follows type, classes and cut-out, and tells which image the cut-out leaves', () => {
    const [near, far] = preview({ ...probabilities, dtype: 'float32', classes: [0, 2], cut: { z: [4, 8] } });
    expect(near).toMatchObject({ shape: [4, 40, 50, 2], bytes: 4 * 4 * 40 * 50 * 2 });
    expect(far).toMatchObject({ name: 'far', problem: expect.stringMatching(/far|image/i) });
  });

  it('leaves open ends of a cut-out to each image', () => {
    const cut = { z: [4, undefined], y: [undefined, 30] } as const;
    const [near, far] = preview({ ...probabilities, cut, pattern: '{nickname}_{z_start}-{z_stop}_{x_stop}' });
    expect(near).toMatchObject({ name: 'near_4-12_50.tif', shape: [8, 30, 50, 3] });
    expect(far).toMatchObject({ name: 'far_4-6_20.tif', shape: [2, 30, 20, 3] });
  });

  it('names files of images of equal names as the page will', () => {
    const [lane] = project.lanes;
    const path = '/data/other/near.tif';
    const other = { ...lane!, rawData: { ...lane!.rawData, location: { path } } };
    expect(preview(probabilities, [lane!, other]).map(({ name }) => name)).toEqual([
      'near_Probabilities.tif',
      'other/near_Probabilities.tif',
    ]);
  });

  it('shows a sequence as one row', () => {
    const [row] = preview({ ...probabilities, ...formatFields('tif-sequence') });
    expect(shownName(row!)).toBe('near_Probabilities_0….tif');
  });

  it.each<[Partial<ExportForm>, RegExp]>([
    [{ ...probabilities, ...formatFields('png') }, /PNG holds one plane with 1 or 3 channels/],
    [{ ...probabilities, ...formatFields('png'), dtype: 'float32' }, /PNG cannot hold values of the type float32/],
    [{ ...probabilities, axes: 'yx' }, /leave z|leaves? out|left out|axes/],
    [{ ...probabilities, pattern: '{what}' }, /Unknown placeholder \{what\}/],
    [{ sourceIds: ['probabilities', 'segmentation'], pattern: '{nickname}' }, /would both be written/],
  ])('says what is wrong with %j', (change, problem) => {
    const rows = preview(change, project.lanes.slice(0, 1));
    expect(rows.some((row) => row.problem !== undefined && problem.test(row.problem))).toBe(true);
    expect(rows.every((row) => !row.problem?.includes('--'))).toBe(true);
  });

  it('writes sizes as people do', () => {
    expect([0, 999, 1000, 12_345, 4.2e9].map(shownBytes)).toEqual(['0 B', '999 B', '1.0 kB', '12 kB', '4.2 GB']);
  });
});

function row(image: string, name: string, axes: string, shape: readonly number[], bytes: number) {
  return { image, name, axes, shape, dtype: 'uint8', bytes };
}
