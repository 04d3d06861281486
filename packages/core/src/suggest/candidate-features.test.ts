import { describe, expect, it } from 'vitest';
import { fakeFilters } from '../test-doubles/filters.ts';
import { allOf } from '../test-doubles/projects.ts';
import { candidateFeatures, cellsOfChannels, tickedCells, withCells } from './candidate-features.ts';

const [first, second] = fakeFilters;
const ids = fakeFilters.map(({ id }) => id);
const nothing = (sigmas: readonly number[]) => withCells(allOf(ids, sigmas), []);
const columnsOf = (selection: ReturnType<typeof nothing>) =>
  new Set(tickedCells(selection).map(({ column }) => selection.sigmas[column]));

describe('candidateFeatures', () => {
  it('offers every filter at every sigma it allows', () => {
    const filters = [
      { ...first!, minimumSigma: 0.3 },
      { ...second!, minimumSigma: 0.7 },
    ];
    const { selection, notes } = candidateFeatures(
      {
        ...nothing([0.3, 1]),
        filterIds: filters.map(({ id }) => id),
        selected: [
          [false, false],
          [false, false],
        ],
      },
      filters,
      [[1, 1, 1, 50, 50]],
    );
    expect(selection.selected).toEqual([
      [true, true],
      [false, true],
    ]);
    expect(notes).toEqual([]);
  });

  it('leaves out sigmas that the smallest image is too narrow for: 3.5 sigma + 1 voxels', () => {
    const shapes = [
      [1, 1, 1, 400, 400],
      [1, 1, 1, 90, 35],
    ] as const;
    const { selection, notes } = candidateFeatures(nothing([1, 5, 10]), fakeFilters, shapes);
    expect([...columnsOf(selection)]).toEqual([1, 5]);
    expect(notes.join()).toMatch(/sigma 10.*35 voxels wide/);
  });

  it('computes sigmas in 2-D that a volume is too thin for, and says so', () => {
    const { selection, notes } = candidateFeatures(nothing([1, 5, 10]), fakeFilters, [[1, 1, 19, 200, 200]]);
    expect(selection.computeIn2d).toEqual([false, false, true]);
    expect([...columnsOf(selection)]).toEqual([1, 5, 10]);
    expect(notes.join()).toMatch(/2-D: sigma 10.*19 slices/);
  });
});

describe('cellsOfChannels', () => {
  it('names the box of the matrix for every channel of the feature vector', () => {
    const selection = withCells(allOf(ids, [0.7, 1]), [
      { row: 1, column: 0 },
      { row: 0, column: 1 },
    ]);
    const channels = cellsOfChannels(selection, fakeFilters, { channelCount: 2, isFlat: true });
    const planes = (row: number) => 2 * fakeFilters[row]!.planes(2).length;
    expect(channels).toEqual([
      ...Array.from({ length: planes(0) }, () => ({ row: 0, column: 1 })),
      ...Array.from({ length: planes(1) }, () => ({ row: 1, column: 0 })),
    ]);
  });
});
