import type { PixelFilter } from '../contracts/pixel-filter.ts';

/** The matrix of filters × sigmas. Plain data, as the project file holds it. */
export interface FeatureSelection {
  /** Rows, in the order of the feature vector. */
  readonly filterIds: readonly string[];
  /** Columns, in voxels. */
  readonly sigmas: readonly number[];
  /** `selected[row][column]`. */
  readonly selected: readonly (readonly boolean[])[];
  /** Per column: filter every z slice alone. */
  readonly computeIn2d: readonly boolean[];
}

/** The columns of a new project. */
export const defaultSigmas: readonly number[] = [0.3, 0.7, 1.0, 1.6, 3.5, 5.0, 10.0];

/** All filters, default sigmas, nothing ticked. */
export function emptySelection(filters: readonly PixelFilter[], computeIn2d: boolean): FeatureSelection {
  return {
    filterIds: filters.map((filter) => filter.id),
    sigmas: defaultSigmas,
    selected: filters.map(() => defaultSigmas.map(() => false)),
    computeIn2d: defaultSigmas.map(() => computeIn2d),
  };
}

/** Every cell a filter's smallest sigma allows. */
export function selectAllFeatures(selection: FeatureSelection, filters: readonly PixelFilter[]): FeatureSelection {
  const minimum = new Map(filters.map((filter) => [filter.id, filter.minimumSigma]));
  return {
    ...selection,
    selected: selection.filterIds.map((id) => selection.sigmas.map((sigma) => sigma >= (minimum.get(id) ?? Infinity))),
  };
}

/** Ticks one cell; adds the sigma as a column (kept ascending) and the filter as the last row if they are new. */
export function selectFeature(
  selection: FeatureSelection,
  filterId: string,
  sigma: number,
  isSelected = true,
): FeatureSelection {
  const withColumn = selection.sigmas.includes(sigma) ? selection : addSigma(selection, sigma);
  const complete = withColumn.filterIds.includes(filterId) ? withColumn : addFilter(withColumn, filterId);
  const column = complete.sigmas.indexOf(sigma);
  const row = complete.filterIds.indexOf(filterId);
  return {
    ...complete,
    selected: complete.selected.map((cells, i) =>
      i === row ? cells.map((cell, j) => (j === column ? isSelected : cell)) : cells,
    ),
  };
}

/** A new unticked column, in 2-D if all others are. */
export function addSigma(selection: FeatureSelection, sigma: number): FeatureSelection {
  const at = selection.sigmas.filter((other) => other < sigma).length;
  const insert = <T>(list: readonly T[], value: T): T[] => [...list.slice(0, at), value, ...list.slice(at)];
  return {
    ...selection,
    sigmas: insert(selection.sigmas, sigma),
    selected: selection.selected.map((cells) => insert(cells, false)),
    computeIn2d: insert(selection.computeIn2d, selection.computeIn2d.every(Boolean)),
  };
}

/** A new unticked row, after the others: the order of the known features stays. */
function addFilter(selection: FeatureSelection, filterId: string): FeatureSelection {
  return {
    ...selection,
    filterIds: [...selection.filterIds, filterId],
    selected: [...selection.selected, selection.sigmas.map(() => false)],
  };
}

export function hasSelectedFeatures(selection: FeatureSelection): boolean {
  return selection.selected.some((cells) => cells.some(Boolean));
}
