import {
  createContainer,
  createTensor,
  elementCount,
  newProject,
  selectFeature,
  type ExportPlan,
  type Project,
  type Shape5,
} from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { plugins } from '../../plugins.ts';
import type { ExportImage } from './export-plan.ts';
import { planImages } from './plan-images.ts';

const { catalog } = createContainer(plugins);
const project = ((empty: Project): Project => ({
  ...empty,
  features: selectFeature(empty.features, 'GaussianSmoothing', 1),
}))(newProject(catalog, ['ground', 'cell']));
const plan: ExportPlan = {
  outputs: [{ sourceId: 'segmentation' }],
  formatId: 'tiff',
  pattern: '{nickname}_{result_type}',
  steps: {},
};

function imageOf(nickname: string, shape: Shape5): ExportImage {
  const tensor = createTensor(new Uint8Array(elementCount(shape)), shape);
  return { nickname, image: { location: { path: `${nickname}.tif`, tensor } } };
}
const near = imageOf('near', [1, 1, 12, 8, 9]);
const far = imageOf('far', [1, 1, 6, 20, 5]);
const gone: ExportImage = { nickname: 'gone', image: { location: { path: 'gone.tif', blob: new Blob(['no image']) } } };

describe('the files of a run in the page', () => {
  it('are of a part whose open ends are those of each image', async () => {
    const part = { z: { start: 4 }, x: { start: 1, stop: 5 } };
    const planned = await planImages({ catalog }, project, {
      images: [near, far],
      plan: { ...plan, part, pattern: '{nickname}_{z_stop}_{y_stop}' },
    });
    expect(planned.map(({ roi }) => roi)).toEqual([
      { start: [0, 0, 4, 0, 1], stop: [1, 1, 12, 8, 5] },
      { start: [0, 0, 4, 0, 1], stop: [1, 1, 6, 20, 5] },
    ]);
    expect(planned.map(({ files }) => files[0]!.path)).toEqual(['near_12_8.tif', 'far_6_20.tif']);
  });

  it('have paths of their own for images of equal names', async () => {
    const [first, second] = ['p1', 'p2'].map((folder) => ({
      nickname: 'a',
      image: { location: { ...near.image.location, path: `in/${folder}/a.png` } },
    }));
    const planned = await planImages({ catalog }, project, { images: [first!, near, second!, second!], plan });
    expect(planned.map(({ files }) => files[0]!.path)).toEqual([
      'p1/a_Simple Segmentation.tif',
      'near_Simple Segmentation.tif',
      'p2/a_Simple Segmentation.tif',
      'p2/a_Simple Segmentation (2).tif',
    ]);
  });

  it('are planned past an image that cannot be opened', async () => {
    const planned = await planImages({ catalog }, project, {
      images: [near, gone, far],
      plan: { ...plan, part: { z: { start: 4 } } },
    });
    expect(planned.map(({ files, problem }) => [files.length, problem instanceof Error])).toEqual([
      [1, false],
      [0, true],
      [1, false],
    ]);
  });
});
