import { countLabels } from '@brushwood/core';
import { csvField } from '../../state/csv-field.ts';
import type { Labeling } from '../../state/labeling.ts';

/** Painted voxels of every class over all images, and its share of what is predicted in view. */
export function areasCsv(labeling: Labeling): string {
  const { classes, lanes } = labeling.project;
  const areas = labeling.areasInView();
  const painted = classes.map((_, i) =>
    lanes.reduce((sum, { labels }) => sum + (countLabels(labels, classes.length)[i] ?? 0), 0),
  );
  const rows = classes.map(({ name }, i) => {
    const share = areas ? (100 * areas[i]!).toFixed(3) : '';
    return [i + 1, csvField(name), painted[i], share].join(',');
  });
  return ['label,class,painted voxels,predicted percent in view', ...rows, ''].join('\r\n');
}
