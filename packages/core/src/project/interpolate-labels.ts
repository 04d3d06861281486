import type { Shape3 } from '../grid/axes.ts';
import { hullOfRois, roiShape } from '../grid/roi.ts';
import { signedDistances } from '../kernels/distance-transform.ts';
import {
  labelledBox,
  labelledSlices,
  moved,
  sliceAxisIndex,
  writeWhereFree,
  type EditedLabels,
  type LabelSlice,
  type WriteRule,
} from './label-slices.ts';
import { readLabels, type Labels } from './labels.ts';

/** Two labelled slices with none of the label between them. */
export type LabelGap = readonly [before: number, after: number];

/**
 * The gaps that a slice lies in or borders on: from the nearest labelled slice before it to the nearest after it, or both to the slice
 * itself where it has the label.
 */
export function labelGaps(labels: Labels, slice: LabelSlice, label: number): LabelGap[] {
  const known = labelledSlices(labels, slice, label);
  const ends = [
    known.findLast((index) => index < slice.index),
    known.includes(slice.index) ? slice.index : undefined,
    known.find((index) => index > slice.index),
  ].filter((index) => index !== undefined);
  return ends.slice(1).flatMap((after, i): LabelGap[] => (after - ends[i]! > 1 ? [[ends[i]!, after]] : []));
}

/**
 * Fills the slices of the gaps around a slice with a shape that turns from the one before into the one after: a voxel belongs to it where the
 * signed distances to both shapes, weighted by how near they are, add up to 0 or less. So shapes that do not overlap, seen along the axis,
 * fade out instead.
 * @param request `voxelSize` along z, y, x gives distances their true proportions. Default: cubes.
 * @returns undefined if that changes nothing
 *
 * Source: Raya & Udupa, "Shape-Based Interpolation of Multidimensional Objects", IEEE Trans. Med. Imaging 9 (1990).
 */
export function interpolateLabels(
  labels: Labels,
  slice: LabelSlice,
  request: WriteRule & { readonly label: number; readonly voxelSize?: Shape3 },
): EditedLabels | undefined {
  let result: EditedLabels | undefined;
  for (const gap of labelGaps(labels, slice, request.label)) {
    const filled = fillGap(result?.labels ?? labels, { ...slice, gap }, request);
    if (!filled) continue;
    const roi = result ? hullOfRois(result.roi, filled.roi) : filled.roi;
    result = { labels: filled.labels, roi, changed: (result?.changed ?? 0) + filled.changed };
  }
  return result;
}

function fillGap(
  labels: Labels,
  { gap: [before, after], ...slice }: LabelSlice & { readonly gap: LabelGap },
  { label, voxelSize, ...rule }: WriteRule & { readonly label: number; readonly voxelSize?: Shape3 },
): EditedLabels | undefined {
  const ends = [before, after].map((index) => labelledBox(labels, { ...slice, index }, label)!);
  const box = hullOfRois(ends[0]!, moved(ends[1]!, { ...slice, index: before }));
  const normal = sliceAxisIndex(slice);
  const [rows, columns] = [2, 3, 4].filter((axis) => axis !== normal) as [2 | 3 | 4, 2 | 3 | 4];
  const shape = roiShape(box);
  const place: Frame = { height: shape[rows], width: shape[columns], label };
  const spacing = voxelSize && ([voxelSize[columns - 2]!, voxelSize[rows - 2]!] as const);
  const [first, last] = [before, after].map((index) =>
    framedDistances(readLabels(labels, moved(box, { ...slice, index })), place, spacing),
  ) as [Float64Array, Float64Array];
  let result: EditedLabels | undefined;
  for (let index = before + 1; index < after; index++) {
    const share = (index - before) / (after - before);
    const values = first.map((value, i) => ((1 - share) * value + share * last[i]! <= 0 ? label : 0));
    const written = writeWhereFree(
      result?.labels ?? labels,
      moved(box, { ...slice, index }),
      Uint8Array.from(values),
      rule,
    );
    if (!written) continue;
    const roi = result ? hullOfRois(result.roi, written.roi) : written.roi;
    result = { labels: written.labels, roi, changed: (result?.changed ?? 0) + written.changed };
  }
  return result;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly label: number;
}

/** Signed distances to a label, taken with a border of one pixel without it, which makes those inside end at the box. */
function framedDistances(
  values: Uint8Array,
  { width, height, label }: Frame,
  spacing?: readonly [number, number],
): Float64Array {
  const [wide, high] = [width + 2, height + 2];
  const mask = new Uint8Array(wide * high);
  values.forEach((value, i) => {
    if (value === label) mask[(Math.floor(i / width) + 1) * wide + (i % width) + 1] = 1;
  });
  const distances = signedDistances(mask, { width: wide, height: high, spacing });
  return Float64Array.from(values, (_, i) => distances[(Math.floor(i / width) + 1) * wide + (i % width) + 1]!);
}
