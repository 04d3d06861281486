import { findById, type Catalog, type Project } from '@brushwood/core';
import type { ExportPlan } from '../exports/export-plan.ts';

/** The settings of an export in a few words, for people. */
export function describePlan(plan: ExportPlan, { catalog, project }: { catalog: Catalog; project: Project }): string {
  const { exportSources } = findById(catalog.workflows, project.workflowId, 'workflow');
  const results = plan.outputs.map(({ sourceId, dtype, channels }) => {
    const name = exportSources.find(({ id }) => id === sourceId)?.displayName ?? sourceId;
    const details = [dtype, channels && `${channels.length} classes`].filter(Boolean).join(', ');
    return details ? `${name} (${details})` : name;
  });
  const format = catalog.formats.find(({ id }) => id === plan.formatId)?.displayName ?? plan.formatId;
  const { postprocessing, smallestObject } = plan.steps;
  const steps = [
    ...(postprocessing?.smoothing ? ['smoothed'] : []),
    ...(postprocessing?.thresholds ? ['with thresholds'] : []),
    ...(postprocessing?.combine ? ['with combined classes'] : []),
    ...(smallestObject ? [`objects from ${smallestObject} voxels`] : []),
    ...(plan.part ? [`only ${partText(plan.part)} of every image, also in the areas`] : []),
  ];
  return [`${results.join(' and ')} as ${format}`, ...steps].join(', ');
}

/** `x 10–200, y from 5`, counted from 0. */
function partText(part: NonNullable<ExportPlan['part']>): string {
  return Object.entries(part)
    .map(([axis, { start, stop }]) => {
      if (stop === undefined) return `${axis} from ${start ?? 0}`;
      return start === undefined ? `${axis} below ${stop}` : `${axis} ${start}–${stop}`;
    })
    .join(', ');
}
