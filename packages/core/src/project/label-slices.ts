import { shape5, stridesOf } from '../grid/axes.ts';
import { intersectRois, roiShape, type Roi } from '../grid/roi.ts';
import { labelBlocks, readLabels, writeLabels, type Labels } from './labels.ts';

/** One flat slice of one frame: the voxels whose place along `axis` is `index`. */
export interface LabelSlice {
  readonly t: number;
  readonly axis: 'z' | 'y' | 'x';
  readonly index: number;
}

/** What may be written where. A voxel without a label is always free. */
export interface WriteRule {
  /** Are labels written over other ones? Those that are locked never are. */
  readonly overwrites?: boolean;
  readonly locked?: ReadonlySet<number>;
}

/** Labels after an edit, and the box outside of which nothing changed. */
export interface EditedLabels {
  readonly labels: Labels;
  readonly roi: Roi;
  /** Voxels that have another label now; at least 1. */
  readonly changed: number;
}

const axisNumbers = { z: 2, y: 3, x: 4 } as const;

/** Position of a slice's axis in `tczyx`. */
export function sliceAxisIndex({ axis }: LabelSlice): 2 | 3 | 4 {
  return axisNumbers[axis];
}

/** A slice's box: one voxel thick, all of it otherwise. */
export function labelSliceRoi({ shape }: Labels, slice: LabelSlice): Roi {
  const normal = sliceAxisIndex(slice);
  const at = (axis: number) => (axis === 0 ? slice.t : axis === normal ? slice.index : undefined);
  return { start: shape5((axis) => at(axis) ?? 0), stop: shape5((axis) => (at(axis) ?? shape[axis] - 1) + 1) };
}

/** The smallest box of a slice that holds all its labels, or all of one label; undefined without any. */
export function labelledBox(labels: Labels, slice: LabelSlice, label?: number): Roi | undefined {
  const whole = labelSliceRoi(labels, slice);
  const start = [...whole.stop] as [number, number, number, number, number];
  const stop = [...whole.start] as [number, number, number, number, number];
  for (const { roi } of labelBlocks(labels)) {
    const part = intersectRois(roi, whole);
    if (!part) continue;
    const strides = stridesOf(roiShape(part));
    readLabels(labels, part).forEach((value, i) => {
      if (label === undefined ? value === 0 : value !== label) return;
      let rest = i;
      for (let axis = 0; axis < 5; axis++) {
        const at = part.start[axis]! + Math.floor(rest / strides[axis]!);
        rest %= strides[axis]!;
        if (at < start[axis]!) start[axis] = at;
        if (at >= stop[axis]!) stop[axis] = at + 1;
      }
    });
  }
  return start[4] < stop[4] ? { start, stop } : undefined;
}

/** Where along an axis a frame has a label, in rising order. */
export function labelledSlices(labels: Labels, { t, axis }: Omit<LabelSlice, 'index'>, label: number): number[] {
  const normal = axisNumbers[axis];
  const found = new Set<number>();
  for (const { roi, data } of labelBlocks(labels)) {
    const shape = roiShape(roi);
    const strides = stridesOf(shape);
    for (let i = data.indexOf(label); i >= 0; i = data.indexOf(label, i + 1)) {
      if (roi.start[0] + Math.floor(i / strides[0]!) !== t) continue;
      found.add(roi.start[normal] + (Math.floor(i / strides[normal]!) % shape[normal]));
    }
  }
  return [...found].sort((a, b) => a - b);
}

/**
 * Copies the labels of a slice to another slice of the same axis.
 * @returns undefined if that changes nothing
 */
export function copyLabelSlice(
  labels: Labels,
  from: LabelSlice,
  to: LabelSlice,
  rule: WriteRule = {},
): EditedLabels | undefined {
  const source = labelledBox(labels, from);
  if (!source) return undefined;
  return writeWhereFree(labels, moved(source, to), readLabels(labels, source), rule);
}

/** A box of one slice, on another slice of its axis. */
export function moved(box: Roi, to: LabelSlice): Roi {
  const normal = sliceAxisIndex(to);
  const at = (axis: number) => (axis === 0 ? to.t : axis === normal ? to.index : undefined);
  return {
    start: shape5((axis) => at(axis) ?? box.start[axis]),
    stop: shape5((axis) => {
      const place = at(axis);
      return place === undefined ? box.stop[axis] : place + 1;
    }),
  };
}

/** Writes the labels of `values` (0: none) where the rule allows it; undefined if that changes nothing. */
export function writeWhereFree(
  labels: Labels,
  roi: Roi,
  values: Uint8Array,
  { overwrites = false, locked }: WriteRule,
): EditedLabels | undefined {
  const next = readLabels(labels, roi);
  let changed = 0;
  next.forEach((before, i) => {
    const value = values[i]!;
    if (value === 0 || value === before) return;
    if (before !== 0 && (!overwrites || locked?.has(before))) return;
    next[i] = value;
    changed++;
  });
  return changed > 0 ? { labels: writeLabels(labels, roi, next), roi, changed } : undefined;
}
