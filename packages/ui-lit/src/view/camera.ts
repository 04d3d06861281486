import type { Point2 } from './layer.ts';
import type { SliceBox, SliceExtent } from './slice-geometry.ts';

/** Which part of a slice is seen, and how large. */
export interface Camera {
  /** The place in the middle of the view, voxels of level 0. */
  readonly u: number;
  readonly v: number;
  /** CSS pixels per voxel of level 0. */
  readonly scale: number;
}

/** Size of a view in CSS pixels. */
export interface Viewport {
  readonly width: number;
  readonly height: number;
}

/** A place in a view, CSS pixels from its top left corner. */
export interface ScreenPoint {
  readonly x: number;
  readonly y: number;
}

const largestScale = 128;

export function toScreen(camera: Camera, viewport: Viewport, point: Point2): ScreenPoint {
  return {
    x: (point.u - camera.u) * camera.scale + viewport.width / 2,
    y: (point.v - camera.v) * camera.scale + viewport.height / 2,
  };
}

export function toSlice(camera: Camera, viewport: Viewport, point: ScreenPoint): Point2 {
  return {
    u: (point.x - viewport.width / 2) / camera.scale + camera.u,
    v: (point.y - viewport.height / 2) / camera.scale + camera.v,
  };
}

/** Shows the whole slice as large as it fits. */
export function fitCamera(extent: SliceExtent, viewport: Viewport): Camera {
  const scale = Math.min(viewport.width / extent.width, viewport.height / extent.height, largestScale);
  return { u: extent.width / 2, v: extent.height / 2, scale: scale > 0 ? scale : 1 };
}

/** Zooms so that the place under `at` stays where it is. */
export function zoomAt(camera: Camera, viewport: Viewport, at: ScreenPoint, scale: number): Camera {
  const fixed = toSlice(camera, viewport, at);
  return {
    u: fixed.u - (at.x - viewport.width / 2) / scale,
    v: fixed.v - (at.y - viewport.height / 2) / scale,
    scale,
  };
}

/** Moves the picture by CSS pixels. */
export function panBy(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, u: camera.u - dx / camera.scale, v: camera.v - dy / camera.scale };
}

/** Keeps the middle of the view inside the image, and the scale between a quarter of a fitting view and 128 pixels per voxel. */
export function clampCamera(camera: Camera, extent: SliceExtent, viewport: Viewport): Camera {
  const scale = clampScale(camera.scale, extent, viewport);
  return {
    u: Math.min(Math.max(camera.u, 0), extent.width),
    v: Math.min(Math.max(camera.v, 0), extent.height),
    scale,
  };
}

export function clampScale(scale: number, extent: SliceExtent, viewport: Viewport): number {
  const smallest = Math.min(fitCamera(extent, viewport).scale / 4, 1);
  return Math.min(Math.max(scale, smallest), largestScale);
}

/** The part of the slice that is seen: whole voxels, inside the image; empty boxes have `right <= left`. */
export function visibleBox(camera: Camera, viewport: Viewport, extent: SliceExtent): SliceBox {
  const start = toSlice(camera, viewport, { x: 0, y: 0 });
  const stop = toSlice(camera, viewport, { x: viewport.width, y: viewport.height });
  return {
    left: Math.max(0, Math.floor(start.u)),
    top: Math.max(0, Math.floor(start.v)),
    right: Math.min(extent.width, Math.ceil(stop.u)),
    bottom: Math.min(extent.height, Math.ceil(stop.v)),
  };
}

export function isSameCamera(a: Camera, b: Camera): boolean {
  return a.u === b.u && a.v === b.v && a.scale === b.scale;
}
