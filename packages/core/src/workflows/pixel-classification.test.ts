import { describe, expect, it } from 'vitest';
import { addLane } from '../project/lanes.ts';
import { fakeServices } from '../test-doubles/phantoms.ts';
import { allOf, emptyProject, imageReference } from '../test-doubles/projects.ts';
import { pixelClassification } from './pixel-classification.ts';

const { catalog } = fakeServices();
const project = { ...emptyProject(['sky', 'tree']), features: allOf(['tensor'], [1]) };
const names = (lanes: Parameters<typeof imageReference>[]) =>
  pixelClassification.featureNames(
    lanes.reduce((next, lane) => addLane(next, imageReference(...lane)), project),
    catalog,
  );

describe('pixel classification', () => {
  it('has the name that stands in project files', () => {
    expect(pixelClassification.id).toBe('Pixel Classification');
  });
  it('names features for the channels the first image uses, flat or not', () => {
    expect(names([])).toHaveLength(2);
    expect(names([['a', [1, 3, 1, 9, 9]]])).toHaveLength(6);
    expect(names([['a', [1, 3, 1, 9, 9], { channels: 'gray' }]])).toHaveLength(2);
    expect(names([['a', [1, 1, 9, 9, 9]]])).toEqual(['Tensor (σ=1.0) [0]', 'Tensor (σ=1.0) [1]', 'Tensor (σ=1.0) [2]']);
  });
});
