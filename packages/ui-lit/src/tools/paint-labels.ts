import { readLabels, writeLabels, type Labels, type Roi } from '@brushwood/core';
import type { Point2, SlicePlane } from '../view/layer.ts';
import { sliceExtent } from '../view/slice-geometry.ts';
import type { SliceBox } from '../view/camera.ts';

/** A pen on a slice. */
export interface Pen {
  /** In voxels, at least 1. */
  readonly diameter: number;
  /** Label to write, 0 to erase. */
  readonly value: number;
  /** Labels that are not painted over. */
  readonly locked: ReadonlySet<number>;
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
  const { width, height } = sliceExtent(labels.shape, plane.axis);
  const left = Math.max(0, Math.floor(Math.min(from.u, to.u) - radius));
  const top = Math.max(0, Math.floor(Math.min(from.v, to.v) - radius));
  const right = Math.min(width, Math.ceil(Math.max(from.u, to.u) + radius) + 1);
  const bottom = Math.min(height, Math.ceil(Math.max(from.v, to.v) + radius) + 1);
  if (left >= right || top >= bottom) return undefined;
  const roi = sliceRoi(plane, { left, top, right, bottom });
  const box = { width: right - left, height: bottom - top };
  const values = readLabels(labels, roi);
  // In a slice along x the box is stored as (z, y), so u (z) is the slow axis.
  const [du, dv] = plane.axis === 'x' ? [box.height, 1] : [1, box.width];
  const put = (u: number, v: number) => {
    const i = (u - left) * du + (v - top) * dv;
    const before = values[i]!;
    if (before === pen.value || pen.locked.has(before)) return;
    values[i] = pen.value;
  };
  for (let v = top; v < bottom; v++)
    for (let u = left; u < right; u++) {
      if (distanceToLine({ u: u + 0.5, v: v + 0.5 }, from, to) <= radius) put(u, v);
    }
  for (const { u, v } of voxelsOnLine(from, to)) {
    if (u >= left && u < right && v >= top && v < bottom) put(u, v);
  }
  return { labels: writeLabels(labels, roi, values), roi };
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
  const { width, height } = sliceExtent(labels.shape, plane.axis);
  const left = Math.max(0, Math.floor(box.left));
  const top = Math.max(0, Math.floor(box.top));
  const right = Math.min(width, Math.ceil(box.right));
  const bottom = Math.min(height, Math.ceil(box.bottom));
  const [u0, v0] = [Math.floor(at.u), Math.floor(at.v)];
  if (u0 < left || u0 >= right || v0 < top || v0 >= bottom) return undefined;
  const roi = sliceRoi(plane, { left, top, right, bottom });
  const values = readLabels(labels, roi);
  const [nu, nv] = [right - left, bottom - top];
  const [du, dv] = plane.axis === 'x' ? [nv, 1] : [1, nu];
  const start = (u0 - left) * du + (v0 - top) * dv;
  const target = values[start]!;
  if (target === pen.value || pen.locked.has(target)) return undefined;
  const stack = [[u0 - left, v0 - top]];
  while (stack.length > 0) {
    const [u, v] = stack.pop()! as [number, number];
    if (u < 0 || v < 0 || u >= nu || v >= nv || values[u * du + v * dv] !== target) continue;
    values[u * du + v * dv] = pen.value;
    stack.push([u + 1, v], [u - 1, v], [u, v + 1], [u, v - 1]);
  }
  return { labels: writeLabels(labels, roi, values), roi };
}

/** The label under a point; 0 outside. */
export function labelAt(labels: Labels, plane: SlicePlane, { u, v }: Point2): number {
  const [left, top] = [Math.floor(u), Math.floor(v)];
  const { width, height } = sliceExtent(labels.shape, plane.axis);
  if (left < 0 || top < 0 || left >= width || top >= height) return 0;
  return readLabels(labels, sliceRoi(plane, { left, top, right: left + 1, bottom: top + 1 }))[0]!;
}

/** A box on a plane as a box of the image, one channel. */
export function sliceRoi({ axis, t, index }: SlicePlane, { left, top, right, bottom }: SliceBox): Roi {
  if (axis === 'z') return { start: [t, 0, index, top, left], stop: [t + 1, 1, index + 1, bottom, right] };
  if (axis === 'y') return { start: [t, 0, top, index, left], stop: [t + 1, 1, bottom, index + 1, right] };
  return { start: [t, 0, left, top, index], stop: [t + 1, 1, right, bottom, index + 1] };
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
