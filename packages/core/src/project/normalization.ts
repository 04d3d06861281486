import { BrushwoodError } from '../errors.ts';
import { dropModel, type Project } from './project.ts';

/**
 * How the intensities of every image, each channel by itself, are brought to one scale before features are computed:
 * 'percentile' maps two percentiles (0–100) of the image to 0 and 1, 'z-score' mean and standard deviation to 0 and 1, 'equalize'
 * every value to the share of voxels that are not brighter.
 */
export type Normalization =
  | { readonly method: 'percentile'; readonly low: number; readonly high: number }
  | { readonly method: 'z-score' }
  | { readonly method: 'equalize' };

/**
 * The project with another normalisation, or without one; its model is dropped, as it was trained on other values.
 * @throws 'invalid-parameter' for percentiles that are not 0 ≤ low < high ≤ 100
 */
export function setNormalization(project: Project, normalization: Normalization | undefined): Project {
  if (normalization) checkNormalization(normalization);
  const { normalization: _, ...rest } = dropModel(project);
  return normalization ? { ...rest, normalization } : rest;
}

/** @throws 'invalid-parameter' as above */
export function checkNormalization(normalization: Normalization): void {
  if (normalization.method !== 'percentile') return;
  const { low, high } = normalization;
  if (low >= 0 && low < high && high <= 100) return;
  throw new BrushwoodError(
    'invalid-parameter',
    `Percentiles run from 0 to 100, the lower one first; got ${low} and ${high}. Take 1 and 99, for example.`,
    { low, high },
  );
}
