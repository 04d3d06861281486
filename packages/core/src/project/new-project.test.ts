import { describe, expect, it } from 'vitest';
import { fakeServices } from '../test-doubles/phantoms.ts';
import { defaultSigmas, hasSelectedFeatures } from './feature-selection.ts';
import { newProject } from './new-project.ts';

describe('newProject', () => {
  it('has two classes, every filter and nothing ticked, as in ilastik', () => {
    const project = newProject(fakeServices().catalog);
    expect(project.classes.map(({ name }) => name)).toEqual(['Label 1', 'Label 2']);
    expect(project.features.filterIds).toEqual(['smoothing', 'gradient', 'tensor']);
    expect(project.features.sigmas).toEqual(defaultSigmas);
    expect(hasSelectedFeatures(project.features)).toBe(false);
    expect(project.lanes).toEqual([]);
  });
  it('takes names of classes', () => {
    const { classes } = newProject(fakeServices().catalog, ['sky', 'tree', 'rock']);
    expect(classes.map(({ name }) => name)).toEqual(['sky', 'tree', 'rock']);
  });
});
