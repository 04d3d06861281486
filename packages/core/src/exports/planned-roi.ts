import { coreAxes, shape5, type Shape5 } from '../grid/axes.ts';
import type { Roi } from '../grid/roi.ts';
import type { ExportPlan, PlannedPart } from './export-plan.ts';

/** The part of an image that a plan writes; undefined for all of it. It may leave the image: that is checked where it is used. */
export function plannedRoi({ roi, part }: Pick<ExportPlan, 'roi' | 'part'>, shape: Shape5): Roi | undefined {
  if (roi || !part) return roi;
  const spanOf = (i: number) => part[coreAxes[i] as keyof PlannedPart];
  return { start: shape5((i) => spanOf(i)?.start ?? 0), stop: shape5((i) => spanOf(i)?.stop ?? shape[i]!) };
}
