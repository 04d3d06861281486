import type { PixelFilter } from '../contracts/pixel-filter.ts';
import { findById } from '../find-by-id.ts';
import { BrushwoodError } from '../errors.ts';
import type { Shape5 } from '../grid/axes.ts';
import type { Halo } from '../grid/halo.ts';
import { hasSelectedFeatures, type FeatureSelection } from '../project/feature-selection.ts';
import { presmoothingRadius } from './gaussian-taps.ts';

/** One filter at one sigma on one channel: some neighbouring planes of the feature vector. */
export interface FeatureCell {
  readonly filter: PixelFilter;
  /** First plane in the feature vector. */
  readonly plane: number;
  readonly planeCount: number;
}

/** The cells that share a `FilterInput`. */
export interface FeatureGroup {
  readonly sigma: number;
  readonly rank: 2 | 3;
  readonly channel: number;
  readonly innerHalo: number;
  readonly cells: readonly FeatureCell[];
}

/** What has to be computed for a selection, and in which order it lands in the feature vector. */
export interface FeaturePlan {
  readonly groups: readonly FeatureGroup[];
  readonly featureCount: number;
  readonly channelCount: number;
  /** One per feature, in order, as ilastik names them (spec §A.7). */
  readonly names: readonly string[];
  readonly halo: Halo;
}

/**
 * Orders the selected features as ilastik does: filter by filter, sigma by sigma, channel by channel, plane by plane.
 * @param isFlat the images have one z slice, so every sigma is filtered in 2-D
 * @throws 'no-features' if nothing is ticked, 'not-registered' for an unknown filter, 'invalid-parameter' for a sigma ≤ 0
 */
export function planFeatures(
  selection: FeatureSelection,
  filters: readonly PixelFilter[],
  { channelCount, isFlat }: { channelCount: number; isFlat: boolean },
): FeaturePlan {
  if (!hasSelectedFeatures(selection)) {
    throw new BrushwoodError(
      'no-features',
      'The project selects no features. Choose some: brushwood features PROJECT --all.',
    );
  }
  const groups = new Map<string, FeatureGroup & { cells: FeatureCell[] }>();
  const names: string[] = [];
  const halo: [number, number, number] = [0, 0, 0];
  for (const { filter, sigma, column } of tickedCells(selection, filters)) {
    const rank = isFlat || selection.computeIn2d[column] ? 2 : 3;
    const planeCount = filter.planes(rank).length;
    const reach = filter.halo(sigma);
    const innerHalo = Math.max(0, reach - presmoothingRadius(sigma));
    const needed = innerHalo + presmoothingRadius(sigma);
    for (let axis = rank === 3 ? 0 : 1; axis < 3; axis++) halo[axis] = Math.max(halo[axis]!, reach, needed);
    const stem = `${filter.displayName} (σ=${formatSigma(sigma)})${selection.computeIn2d[column] ? ' in 2D' : ''}`;
    for (let channel = 0; channel < channelCount; channel++) {
      const key = `${sigma} ${rank} ${channel}`;
      const group = groups.get(key) ?? { sigma, rank, channel, innerHalo: 0, cells: [] };
      group.cells.push({ filter, plane: names.length, planeCount });
      groups.set(key, { ...group, innerHalo: Math.max(group.innerHalo, innerHalo) });
      for (let k = 0; k < planeCount; k++) {
        names.push(planeCount * channelCount > 1 ? `${stem} [${channel * planeCount + k}]` : stem);
      }
    }
  }
  return { groups: [...groups.values()], featureCount: names.length, channelCount, names, halo };
}

function* tickedCells(selection: FeatureSelection, filters: readonly PixelFilter[]) {
  for (const [row, id] of selection.filterIds.entries()) {
    if (!selection.selected[row]?.some(Boolean)) continue;
    const filter = findById(filters, id, 'filter');
    for (const [column, sigma] of selection.sigmas.entries()) {
      if (!selection.selected[row]?.[column]) continue;
      if (!(Number.isFinite(sigma) && sigma > 0)) {
        throw new BrushwoodError('invalid-parameter', `The sigma of "${id}" must be a positive number, got ${sigma}.`, {
          filter: id,
          sigma,
        });
      }
      yield { filter, sigma, column };
    }
  }
}

/** As Python prints a float: `1.0`, `0.3`, `10.0`. */
function formatSigma(sigma: number): string {
  return Number.isInteger(sigma) ? sigma.toFixed(1) : String(sigma);
}

/** Voxels an image needs along every axis that is filtered at this sigma (spec §A.8). */
export function leastImageSize(sigma: number): number {
  return Math.ceil(3.5 * sigma) + 1;
}

/**
 * Refuses images that are smaller than the largest kernel (spec §A.8): every filtered axis needs `leastImageSize`.
 * @throws 'image-too-small' naming the sigma and the way out
 */
export function checkImageSize(plan: FeaturePlan, shape: Shape5, who: string): void {
  for (const { sigma, rank } of plan.groups) {
    const needed = leastImageSize(sigma);
    for (let axis = rank === 3 ? 2 : 3; axis < 5; axis++) {
      const size = shape[axis]!;
      if (size >= needed) continue;
      const letter = 'tczyx'[axis]!;
      const remedy =
        axis === 2 ? 'Compute this sigma in 2-D (brushwood features PROJECT --2d) or untick it.' : 'Untick this sigma.';
      throw new BrushwoodError(
        'image-too-small',
        `${who} has ${size} voxels along ${letter}, but features at sigma = ${sigma} need at least ${needed}. ${remedy}`,
        { sigma, axis: letter, size, needed },
      );
    }
  }
}
