import { combinedClasses, type Color, type LabelClass, type Postprocessing } from '@brushwood/core';

/** How much of what is seen a class has, 0…1. */
export interface ResultArea {
  readonly name: string;
  /** Undefined: no class. */
  readonly color?: Color;
  readonly before: number;
  readonly after: number;
  /** Voxels after the steps. */
  readonly voxels: number;
}

interface Counted {
  /** Voxels by label, 0 for no class. */
  readonly counts: readonly number[];
}

/**
 * Shares before and after, one row per class that is left; one more for voxels without a class if thresholds leave such.
 * @param parts what is seen
 */
export function resultAreas(
  classes: readonly LabelClass[],
  postprocessing: Postprocessing = {},
  parts: readonly { readonly before: Counted; readonly after: Counted }[] = [],
): readonly ResultArea[] {
  const groups = postprocessing.combine ?? classes.map((_, i) => [i]);
  const count = (which: 'before' | 'after', label: number) =>
    parts.reduce((sum, part) => sum + (part[which].counts[label] ?? 0), 0);
  const total = Math.max(
    1,
    classes.reduce((sum, _, i) => sum + count('before', i + 1), 0),
  );
  const rows = combinedClasses(classes, postprocessing).map(({ name, probabilityColor: color }, i): ResultArea => {
    const before = groups[i]!.reduce((sum, member) => sum + count('before', member + 1), 0);
    const voxels = count('after', i + 1);
    return { name, color, before: before / total, after: voxels / total, voxels };
  });
  if (!postprocessing.thresholds) return rows;
  const voxels = count('after', 0);
  return [...rows, { name: 'No class', before: 0, after: voxels / total, voxels }];
}
