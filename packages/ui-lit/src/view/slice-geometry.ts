import { shape5, type ImageLevel, type Roi, type Shape5 } from '@brushwood/core';
import type { Point2, Point5, SliceAxis, SlicePlane, TileAddress } from './layer.ts';

type SpatialIndex = 2 | 3 | 4;

/** The image axes that run right (`u`), down (`v`) and into the screen (`normal`) on a slice, as positions in `tczyx`. */
export const sliceAxes: Record<
  SliceAxis,
  { readonly u: SpatialIndex; readonly v: SpatialIndex; readonly normal: SpatialIndex }
> = {
  z: { u: 4, v: 3, normal: 2 },
  y: { u: 4, v: 2, normal: 3 },
  x: { u: 2, v: 3, normal: 4 },
};

/** Letters of the axes to the right and down: `xy` for a slice along z. */
export function sliceName(axis: SliceAxis): string {
  const { u, v } = sliceAxes[axis];
  return 'tczyx'[u]! + 'tczyx'[v]!;
}

/** Size of a slice and the number of slices, in voxels. */
export interface SliceExtent {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
}

export function sliceExtent(shape: Shape5, axis: SliceAxis): SliceExtent {
  const { u, v, normal } = sliceAxes[axis];
  return { width: shape[u], height: shape[v], depth: shape[normal] };
}

/** Voxels of level 0 per pixel of the level, along the axes of a slice. */
export interface SliceSpacing {
  readonly u: number;
  readonly v: number;
  readonly normal: number;
}

export function sliceSpacing(level: ImageLevel, axis: SliceAxis): SliceSpacing {
  const { u, v, normal } = sliceAxes[axis];
  return { u: level.downsampling[u], v: level.downsampling[v], normal: level.downsampling[normal] };
}

/** The slice along `axis` that goes through a voxel. */
export function planeThrough(axis: SliceAxis, position: Point5): SlicePlane {
  return { axis, t: position.t, index: position[axis] };
}

/** Centre of a voxel on the slice through it. */
export function voxelCenter(axis: SliceAxis, position: Point5): Point2 {
  if (axis === 'z') return { u: position.x + 0.5, v: position.y + 0.5 };
  if (axis === 'y') return { u: position.x + 0.5, v: position.z + 0.5 };
  return { u: position.z + 0.5, v: position.y + 0.5 };
}

/** The voxel at a place on a slice. May lie outside the image. */
export function voxelAt(plane: SlicePlane, point: Point2): Point5 {
  const u = Math.floor(point.u);
  const v = Math.floor(point.v);
  if (plane.axis === 'z') return { t: plane.t, z: plane.index, y: v, x: u };
  if (plane.axis === 'y') return { t: plane.t, z: v, y: plane.index, x: u };
  return { t: plane.t, z: u, y: v, x: plane.index };
}

export function isInside(shape: Shape5, { t, z, y, x }: Point5): boolean {
  return [t, 0, z, y, x].every((value, axis) => value >= 0 && value < shape[axis]!);
}

/** The voxel of the image that is nearest to `point`. */
export function clampPoint(shape: Shape5, point: Point5): Point5 {
  const clamp = (value: number, size: number) => Math.min(Math.max(Math.round(value), 0), size - 1);
  return {
    t: clamp(point.t, shape[0]),
    z: clamp(point.z, shape[2]),
    y: clamp(point.y, shape[3]),
    x: clamp(point.x, shape[4]),
  };
}

/** The middle voxel of the first frame. */
export function middleOf(shape: Shape5): Point5 {
  return { t: 0, z: shape[2] >> 1, y: shape[3] >> 1, x: shape[4] >> 1 };
}

export function isSamePoint(a: Point5, b: Point5): boolean {
  return a.t === b.t && a.z === b.z && a.y === b.y && a.x === b.x;
}

export function isSamePlane(a: SlicePlane, b: SlicePlane): boolean {
  return a.axis === b.axis && a.t === b.t && a.index === b.index;
}

/** A box on a slice in voxels, half open. */
export interface SliceBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A box on a slice as a box of the image, its first `channels` channels. */
export function sliceRoi({ axis, t, index }: SlicePlane, box: SliceBox, channels = 1): Roi {
  const { u, v } = sliceAxes[axis];
  return {
    start: shape5((a) => (a === 0 ? t : a === 1 ? 0 : a === u ? box.left : a === v ? box.top : index)),
    stop: shape5((a) =>
      a === 0 ? t + 1 : a === 1 ? channels : a === u ? box.right : a === v ? box.bottom : index + 1,
    ),
  };
}

/** The box of a tile in voxels of its level, all channels: what to read to draw it. */
export function tileRoi({ plane, left, top, width, height }: TileAddress, level: ImageLevel): Roi {
  const { normal } = sliceAxes[plane.axis];
  const index = Math.min(Math.floor(plane.index / level.downsampling[normal]), level.shape[normal] - 1);
  return sliceRoi({ ...plane, index }, { left, top, right: left + width, bottom: top + height }, level.shape[1]);
}
