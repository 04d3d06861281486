import { readLabels, roiShape, writeLabels, type Labels, type Roi } from '@brushwood/core';
import type { Point2, SlicePlane } from '../view/layer.ts';
import { sliceLayout } from '../view/picture.ts';
import { sliceExtent, sliceRoi, type SliceBox } from '../view/slice-geometry.ts';

/** A pen on a slice. */
export interface Pen {
  /** In voxels, at least 1. */
  readonly diameter: number;
  /** Label to write, 0 to erase. */
  readonly value: number;
  /** Labels that are not painted over. */
  readonly locked: ReadonlySet<number>;
  /** Says of a voxel of the slice whether it may be painted. Default all. */
  readonly accepts?: (u: number, v: number) => boolean;
}

/**
 * Draws a line with a round pen: every voxel of the slice whose centre is at most half a diameter away from it, and the voxels
 * the line goes through.
 * @returns the labels and the box that may have changed; undefined if the line lies outside of the image
 */
export function paintLine(
  labels: Labels,
  plane: SlicePlane,
  { from, to, pen }: { from: Point2; to: Point2; pen: Pen },
): { labels: Labels; roi: Roi } | undefined {
  const radius = pen.diameter / 2;
  const open = openBox(labels, plane, lineBox(from, to, pen.diameter));
  if (!open) return undefined;
  const { box, roi, values, at } = open;
  const put = (u: number, v: number) => {
    const i = at(u, v);
    if (i === undefined || values[i] === pen.value || pen.locked.has(values[i]!)) return;
    if (pen.accepts?.(u, v) !== false) values[i] = pen.value;
  };
  for (let v = box.top; v < box.bottom; v++)
    for (let u = box.left; u < box.right; u++) {
      if (distanceToLine({ u: u + 0.5, v: v + 0.5 }, from, to) <= radius) put(u, v);
    }
  for (const { u, v } of voxelsOnLine(from, to)) put(u, v);
  return { labels: writeLabels(labels, roi, values), roi };
}

/** A box that holds every voxel of a line of a pen. */
export function lineBox(from: Point2, to: Point2, diameter: number): SliceBox {
  const radius = diameter / 2;
  return {
    left: Math.floor(Math.min(from.u, to.u) - radius),
    top: Math.floor(Math.min(from.v, to.v) - radius),
    right: Math.ceil(Math.max(from.u, to.u) + radius) + 1,
    bottom: Math.ceil(Math.max(from.v, to.v) + radius) + 1,
  };
}

/**
 * Fills the region of equal label around a point within the slice, connected by edges.
 * @param box the part of the slice it stays in, such as the one that is visible
 */
export function fillRegion(
  labels: Labels,
  plane: SlicePlane,
  { at, pen, box }: { at: Point2; pen: Pen; box: SliceBox },
): { labels: Labels; roi: Roi } | undefined {
  const open = openBox(labels, plane, box);
  const start = open?.at(Math.floor(at.u), Math.floor(at.v));
  if (!open || start === undefined) return undefined;
  const { roi, values } = open;
  const target = values[start]!;
  if (target === pen.value || pen.locked.has(target)) return undefined;
  const stack = [[Math.floor(at.u), Math.floor(at.v)]];
  while (stack.length > 0) {
    const [u, v] = stack.pop()! as [number, number];
    const i = open.at(u, v);
    if (i === undefined || values[i] !== target) continue;
    values[i] = pen.value;
    stack.push([u + 1, v], [u - 1, v], [u, v + 1], [u, v - 1]);
  }
  return { labels: writeLabels(labels, roi, values), roi };
}

/** The label under a point; 0 outside. */
export function labelAt(labels: Labels, plane: SlicePlane, { u, v }: Point2): number {
  const [left, top] = [Math.floor(u), Math.floor(v)];
  return openBox(labels, plane, { left, top, right: left + 1, bottom: top + 1 })?.values[0] ?? 0;
}

/** The labels of a box on a slice, cut to the image. */
export interface OpenBox {
  readonly box: SliceBox;
  readonly roi: Roi;
  /** As they lie in the labels; to be changed and written back. */
  readonly values: Uint8Array;
  /** Where a voxel of the slice lies in them; undefined outside of the box. */
  at(u: number, v: number): number | undefined;
}

/** Undefined if none of the box lies in the image. */
export function openBox(labels: Labels, plane: SlicePlane, wanted: SliceBox): OpenBox | undefined {
  const { width, height } = sliceExtent(labels.shape, plane.axis);
  const left = Math.max(0, Math.floor(wanted.left));
  const top = Math.max(0, Math.floor(wanted.top));
  const right = Math.min(width, Math.ceil(wanted.right));
  const bottom = Math.min(height, Math.ceil(wanted.bottom));
  if (left >= right || top >= bottom) return undefined;
  const box = { left, top, right, bottom };
  const roi = sliceRoi(plane, box);
  const { strideU, strideV } = sliceLayout(roiShape(roi), plane.axis);
  const at = (u: number, v: number) =>
    u < left || v < top || u >= right || v >= bottom ? undefined : (u - left) * strideU + (v - top) * strideV;
  return { box, roi, values: readLabels(labels, roi), at };
}

function distanceToLine(point: Point2, from: Point2, to: Point2): number {
  const [du, dv] = [to.u - from.u, to.v - from.v];
  const length = du * du + dv * dv;
  const along = length === 0 ? 0 : ((point.u - from.u) * du + (point.v - from.v) * dv) / length;
  const nearest = Math.min(1, Math.max(0, along));
  return Math.hypot(point.u - from.u - nearest * du, point.v - from.v - nearest * dv);
}

/** Voxels a line passes, sampled four times a voxel. */
function* voxelsOnLine(from: Point2, to: Point2): Generator<{ u: number; v: number }> {
  const steps = Math.max(1, Math.ceil(4 * Math.max(Math.abs(to.u - from.u), Math.abs(to.v - from.v))));
  for (let i = 0; i <= steps; i++) {
    const share = i / steps;
    yield {
      u: Math.floor(from.u + share * (to.u - from.u)),
      v: Math.floor(from.v + share * (to.v - from.v)),
    };
  }
}
