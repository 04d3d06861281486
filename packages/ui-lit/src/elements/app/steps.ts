import type { Labeling } from '../../state/labeling.ts';

/** The steps in order, as ilastik's applets. */
export const steps = [
  { id: 'input', name: 'Input Data' },
  { id: 'features', name: 'Feature Selection' },
  { id: 'training', name: 'Training' },
  { id: 'export', name: 'Prediction Export' },
  { id: 'batch', name: 'Batch' },
] as const;
export type StepId = (typeof steps)[number]['id'];

/**
 * What has to be done before a step opens; undefined if it is open: its inputs are there, and images and features rest while live
 * update runs (spec §G).
 */
export function obstacleOf(id: StepId, { project, isLive, featurePlan }: Labeling): string | undefined {
  if (isLive && (id === 'input' || id === 'features')) return 'Stop live update first';
  if (id === 'input') return undefined;
  if (project.lanes.length === 0) return 'Add an image first';
  return id === 'features' || featurePlan ? undefined : 'Choose features first';
}
