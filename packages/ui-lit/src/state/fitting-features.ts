import { selectAllFeatures, type FeatureSelection, type PixelFilter, type Shape5 } from '@brushwood/core';

/** All filters at the sigmas an image of this shape is large enough for (spec §A.8). */
export function allFittingFeatures(
  selection: FeatureSelection,
  filters: readonly PixelFilter[],
  shape: Shape5 | undefined,
): FeatureSelection {
  const all = selectAllFeatures(selection, filters);
  if (!shape) return all;
  const [, , z, y, x] = shape;
  const smallest = (column: number) => Math.min(y, x, z > 1 && !all.computeIn2d[column] ? z : y);
  const fits = (column: number) => Math.ceil(3.5 * all.sigmas[column]!) < smallest(column);
  return { ...all, selected: all.selected.map((row) => row.map((is, column) => is && fits(column))) };
}
