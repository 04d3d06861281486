import { describe, expect, it } from 'vitest';
import { fakeFilters } from '../test-doubles/filters.ts';
import {
  addSigma,
  defaultSigmas,
  emptySelection,
  hasSelectedFeatures,
  selectAllFeatures,
  selectFeature,
} from './feature-selection.ts';

const [smoothing, , eigenvalues] = fakeFilters;
const filters = [smoothing!, eigenvalues!];

describe('feature selection', () => {
  it("starts with ilastik's sigmas and nothing ticked", () => {
    const selection = emptySelection(filters, true);
    expect(selection.sigmas).toEqual([0.3, 0.7, 1.0, 1.6, 3.5, 5.0, 10.0]);
    expect(selection.filterIds).toEqual([smoothing!.id, eigenvalues!.id]);
    expect(hasSelectedFeatures(selection)).toBe(false);
    expect(selection.computeIn2d).toEqual(defaultSigmas.map(() => true));
  });

  it('ticks with "all" what the smallest sigma of each filter allows', () => {
    const { selected } = selectAllFeatures(emptySelection(filters, false), filters);
    expect(selected[0]).toEqual([true, true, true, true, true, true, true]);
    expect(selected[1]).toEqual([false, true, true, true, true, true, true]);
  });

  it('leaves rows of filters that are not registered unticked', () => {
    const { selected } = selectAllFeatures(emptySelection(filters, false), [smoothing!]);
    expect(selected[1]).toEqual([false, false, false, false, false, false, false]);
  });

  it('ticks and unticks one cell', () => {
    const ticked = selectFeature(emptySelection(filters, false), eigenvalues!.id, 1.6);
    expect(ticked.selected.flat().filter(Boolean)).toHaveLength(1);
    expect(ticked.selected[1]![3]).toBe(true);
    expect(hasSelectedFeatures(selectFeature(ticked, eigenvalues!.id, 1.6, false))).toBe(false);
  });

  it('adds a new sigma in ascending place, in 2-D only if all others are', () => {
    const flat = selectFeature(emptySelection(filters, true), smoothing!.id, 2.5);
    expect(flat.sigmas).toEqual([0.3, 0.7, 1.0, 1.6, 2.5, 3.5, 5.0, 10.0]);
    expect(flat.selected[0]![4]).toBe(true);
    expect(flat.selected[1]).toHaveLength(8);
    expect(flat.computeIn2d[4]).toBe(true);
    expect(addSigma(emptySelection(filters, false), 20).computeIn2d.at(-1)).toBe(false);
  });

  it('adds a filter the project does not list yet as the last row', () => {
    const selection = selectFeature(emptySelection(filters, false), 'somebody-elses', 1.0);
    expect(selection.filterIds).toEqual([smoothing!.id, eigenvalues!.id, 'somebody-elses']);
    expect(selection.selected[2]).toEqual([false, false, true, false, false, false, false]);
  });

  it('leaves the selection it was given as it was', () => {
    const selection = emptySelection(filters, false);
    const before = structuredClone(selection);
    selectFeature(selection, smoothing!.id, 2.5);
    selectAllFeatures(selection, filters);
    expect(selection).toEqual(before);
  });
});
