import { addLane, createContainer, newProject, type ImageLocation, type ImageReference } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { adoptImages, adoptServed } from './adopt-images.ts';

const { catalog } = createContainer([]);
const blob = new Blob(['voxels']);

function image(location: ImageLocation, facts: Partial<ImageReference> = {}): ImageReference {
  const shape = [1, 1, 1, 4, 5] as const;
  return {
    nickname: 'a',
    location,
    storage: 'relative',
    axes: 'yx',
    shape,
    channels: 'all',
    fingerprint: 'x',
    ...facts,
  };
}
const project = (reference: ImageReference) => addLane(newProject(catalog, ['one', 'two']), reference);
const placeOf = (recovered: ImageReference, saved: ImageReference) =>
  adoptImages(project(recovered), project(saved)).lanes[0]!.rawData;

describe('the images of a recovered project', () => {
  const saved = image({ path: 'p.ilp', innerPath: 'Input Data/local_data/1', blob }, { storage: 'embedded' });

  it('are found in the saved one', () => {
    expect(placeOf(image({ path: 'a.tif' }), saved)).toMatchObject({
      location: { path: 'p.ilp', blob },
      storage: 'embedded',
    });
  });

  it('stay where their voxels were kept', () => {
    const kept = image({ path: 'a.tif', blob: new Blob(['own']) });
    expect(placeOf(kept, saved)).toBe(kept);
  });

  it.each([
    ['name', { nickname: 'b' }],
    ['size', { shape: [1, 1, 1, 4, 6] as const }],
    ['content', { fingerprint: 'y' }],
  ])('are not taken for one of another %s', (_, facts) => {
    const missing = image({ path: 'a.tif' });
    expect(placeOf(missing, { ...saved, ...facts })).toBe(missing);
  });
});

describe('the images of work recovered behind a server', () => {
  const numbered = (id: number, facts: Partial<ImageReference> = {}) =>
    image({ path: `http://127.0.0.1:8642/api/images/${id}.zarr` }, facts);
  const servedPlace = (recovered: ImageReference, ...served: ImageReference[]) => {
    const lanes = served.reduce((sum, reference) => addLane(sum, reference), newProject(catalog, ['one', 'two']));
    return adoptServed(project(recovered), lanes).lanes[0]!.rawData.location.path;
  };
  const other = { nickname: 'b', fingerprint: 'y' };

  it('have the numbers they have now', () => {
    expect(servedPlace(numbered(1), numbered(0), numbered(1, other))).toBe(numbered(0).location.path);
  });

  it('keep their number where several are alike', () => {
    expect(servedPlace(numbered(1), numbered(0), numbered(1))).toBe(numbered(1).location.path);
  });

  it('are never taken for another that has their number now', () => {
    expect(servedPlace(numbered(0), numbered(0, other))).toBe('a');
  });
});
