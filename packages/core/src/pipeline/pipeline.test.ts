import { afterAll, describe, expect, it } from 'vitest';
import type { Tensor } from '../grid/tensor.ts';
import { fakeFilters } from '../test-doubles/filters.ts';
import { nearestMean } from '../test-doubles/nearest-mean.ts';
import { isStripe, stripeLabels, stripes } from '../test-doubles/phantoms.ts';
import { createPipeline } from './pipeline.ts';

const plugin = { name: 'doubles', filters: fakeFilters, classifiers: [nearestMean] };
const pipeline = createPipeline([plugin]);
afterAll(() => pipeline.close());

const image = stripes([1, 1, 1, 20, 24]);
const labels: Tensor = { data: stripeLabels(image.shape), shape: image.shape };
/** The same grey picture three times, as an RGB file has it. */
const asRgb = ({ data, shape }: Tensor): Tensor => ({
  data: Uint8Array.from([...data, ...data, ...data], Number),
  shape: [1, 3, 1, shape[3], shape[4]],
});

async function trained(picture: Tensor, channels: 'all' | 'gray' = 'all') {
  let project = pipeline.newProject(['dark', 'bright']);
  project = { ...project, classifier: { ...project.classifier, classifierId: nearestMean.id } };
  project = await pipeline.addImage(project, picture, { nickname: 'stripes', channels });
  project = await pipeline.importLabels(project, labels);
  return pipeline.train(pipeline.selectFeatures(project, ['smoothing:0.7']));
}

describe('createPipeline', () => {
  it('goes from an image and labels to a segmentation of another image', async () => {
    const other = stripes([1, 1, 1, 16, 32], 7);
    const { data, shape } = await pipeline.predict(await trained(image), other, 'segmentation');
    expect(shape).toEqual(other.shape);
    const right = [...data].filter((label, i) => Number(label) === (isStripe(i % 32) ? 2 : 1)).length;
    expect(right / data.length).toBeGreaterThan(0.9);
  });

  it('uses the channels of the project in other images too', async () => {
    const project = await trained(asRgb(image), 'gray');
    expect(await pipeline.predict(project, asRgb(image))).toEqual(await pipeline.predict(await trained(image), image));
  });

  it('leaves the project it was given as it was', async () => {
    const before = pipeline.newProject(['dark', 'bright']);
    const copy = structuredClone(before);
    await pipeline.addImage(before, image);
    pipeline.selectFeatures(before, 'all');
    expect(before).toEqual(copy);
  });

  it('refuses a filter it does not know, and names those there are', () => {
    const project = pipeline.newProject(['a', 'b']);
    expect(() => pipeline.selectFeatures(project, ['Sharpness:1'])).toThrow(/Unknown filter "Sharpness".*smoothing/);
  });
});
