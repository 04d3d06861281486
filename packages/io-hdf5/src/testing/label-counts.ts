import { countLabels, type Project } from '@brushwood/core';

/** Labelled voxels per class, for every lane. */
export function labelCounts(project: Project): number[][] {
  return project.lanes.map((lane) => countLabels(lane.labels, project.classes.length));
}
