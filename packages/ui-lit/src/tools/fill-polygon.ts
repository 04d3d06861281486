import { writeLabels, type Labels, type Roi } from '@brushwood/core';
import type { Point2, SlicePlane } from '../view/layer.ts';
import { openBox, type Pen } from './paint-labels.ts';

/**
 * Paints every voxel of a slice whose centre lies inside a closed path, by the even-odd rule. Of the edges of a shape the left and upper
 * ones belong to it, so that shapes with a common edge neither overlap nor leave a gap.
 * @param path corners in order; the last one is joined with the first
 * @returns the labels and the box that may have changed; undefined if no voxel lies inside
 */
export function fillPolygon(
  labels: Labels,
  plane: SlicePlane,
  { path, pen }: { readonly path: readonly Point2[]; readonly pen: Pick<Pen, 'value' | 'locked'> },
): { labels: Labels; roi: Roi } | undefined {
  if (path.length < 3) return undefined;
  const [us, vs] = [path.map(({ u }) => u), path.map(({ v }) => v)];
  const range = (values: readonly number[]) =>
    values.reduce(([low, high], at) => [Math.min(low, at), Math.max(high, at)] as const, [
      Infinity,
      -Infinity,
    ] as readonly [number, number]); // prettier-ignore
  const [left, right] = range(us);
  const [top, bottom] = range(vs);
  const open = openBox(labels, plane, { left, top, right, bottom });
  if (!open) return undefined;
  const { box, roi, values, at } = open;
  const edges = edgesOf(path);
  let isChanged = false;
  for (let v = box.top; v < box.bottom; v++) {
    const starts = crossings(edges, v + 0.5);
    for (let i = 0; i + 1 < starts.length; i += 2) {
      for (let u = Math.max(starts[i]!, box.left); u < Math.min(starts[i + 1]!, box.right); u++) {
        const place = at(u, v)!;
        if (values[place] === pen.value || pen.locked.has(values[place]!)) continue;
        values[place] = pen.value;
        isChanged = true;
      }
    }
  }
  return isChanged ? { labels: writeLabels(labels, roi, values), roi } : undefined;
}

/** An edge that is not level, its upper end first. */
type Edge = readonly [upper: Point2, lower: Point2];

function edgesOf(path: readonly Point2[]): Edge[] {
  return path.flatMap((from, i): Edge[] => {
    const to = path[(i + 1) % path.length]!;
    if (from.v === to.v) return [];
    return [from.v < to.v ? [from, to] : [to, from]];
  });
}

/** For every edge that a level line crosses, the first column whose centre is on it or right of it; in rising order. */
function crossings(edges: readonly Edge[], v: number): number[] {
  return edges
    .filter(([upper, lower]) => upper.v <= v && v < lower.v)
    .map(([upper, lower]) => {
      const [run, rise] = [lower.u - upper.u, lower.v - upper.v];
      // Without a division a centre on an edge is known to be on it, if corners are whole numbers.
      const isRight = (column: number) => (column + 0.5 - upper.u) * rise >= (v - upper.v) * run;
      let column = Math.ceil(upper.u + ((v - upper.v) * run) / rise - 0.5);
      while (!isRight(column)) column++;
      while (isRight(column - 1)) column--;
      return column;
    })
    .sort((a, b) => a - b);
}
