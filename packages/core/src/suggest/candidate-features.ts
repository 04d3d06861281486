import type { PixelFilter } from '../contracts/pixel-filter.ts';
import type { Shape5 } from '../grid/axes.ts';
import { leastImageSize, planFeatures } from '../pipeline/feature-plan.ts';
import { selectAllFeatures, type FeatureSelection } from '../project/feature-selection.ts';

/** One box of the matrix. */
export interface Cell {
  readonly row: number;
  readonly column: number;
}

export interface Candidates {
  readonly selection: FeatureSelection;
  /** Per sigma: are all images wide enough? */
  readonly fits: readonly boolean[];
  /** What could not be used, or is computed otherwise, for people. */
  readonly notes: readonly string[];
}

/**
 * The features a suggestion chooses from: every filter of the matrix at every sigma it offers, as far as all images are large
 * enough. A sigma that is too large for the depth of a volume is computed in 2-D (spec §B.7, §A.8).
 * @param shapes of the images, tczyx
 */
export function candidateFeatures(
  selection: FeatureSelection,
  filters: readonly PixelFilter[],
  shapes: readonly Shape5[],
): Candidates {
  const all = selectAllFeatures(selection, filters);
  const width = Math.min(...shapes.map(([, , , y, x]) => Math.min(y, x)));
  const depths = shapes.map(([, , z]) => z).filter((z) => z > 1);
  const fits = all.sigmas.map((sigma) => leastImageSize(sigma) <= width);
  const isFlattened = all.sigmas.map(
    (sigma, column) => fits[column]! && !all.computeIn2d[column] && leastImageSize(sigma) > Math.min(...depths),
  );
  const tooLarge = all.sigmas.filter((_, column) => !fits[column]);
  const flattened = all.sigmas.filter((_, column) => isFlattened[column]);
  const notes: string[] = [];
  if (tooLarge.length > 0)
    notes.push(`Left out: sigma ${tooLarge.join(', ')}, too large for an image ${width} voxels wide.`);
  if (flattened.length > 0) {
    notes.push(`Computed in 2-D: sigma ${flattened.join(', ')}, too large for ${Math.min(...depths)} slices.`);
  }
  return {
    selection: {
      ...all,
      selected: all.selected.map((cells) => cells.map((is, column) => is && fits[column]!)),
      computeIn2d: all.computeIn2d.map((is, column) => is || isFlattened[column]!),
    },
    fits,
    notes,
  };
}

/**
 * The box of the matrix every feature channel comes from, in the order of the feature vector.
 * @throws as `planFeatures`
 */
export function cellsOfChannels(
  selection: FeatureSelection,
  filters: readonly PixelFilter[],
  image: { readonly channelCount: number; readonly isFlat: boolean },
): Cell[] {
  const channels: Cell[] = [];
  for (const { sigma, cells } of planFeatures(selection, filters, image).groups) {
    const column = selection.sigmas.indexOf(sigma);
    for (const { filter, plane, planeCount } of cells) {
      const row = selection.filterIds.indexOf(filter.id);
      for (let k = 0; k < planeCount; k++) channels[plane + k] = { row, column };
    }
  }
  return channels;
}

/** The same matrix with these boxes ticked only. */
export function withCells(selection: FeatureSelection, cells: readonly Cell[]): FeatureSelection {
  const isTicked = (row: number, column: number) => cells.some((cell) => isSameCell(cell, { row, column }));
  return {
    ...selection,
    selected: selection.selected.map((own, row) => own.map((_, column) => isTicked(row, column))),
  };
}

/** The boxes that are ticked, in the order of the feature vector. */
export function tickedCells({ selected }: FeatureSelection): Cell[] {
  return selected.flatMap((cells, row) => cells.flatMap((is, column) => (is ? [{ row, column }] : [])));
}

export function isSameCell(a: Cell, b: Cell): boolean {
  return a.row === b.row && a.column === b.column;
}
