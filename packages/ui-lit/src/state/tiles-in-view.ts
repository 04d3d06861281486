import type { ImageLevel, Roi } from '@brushwood/core';
import type { SliceBox } from '../view/slice-geometry.ts';
import { tileSize, type Point2, type Point5, type SliceAxis, type SlicePlane } from '../view/layer.ts';
import { planeThrough, sliceAxes, tileRoi } from '../view/slice-geometry.ts';
import { nearestTiles, tilesInBox } from '../view/tile-grid.ts';

/** One visible slice, as the viewer tells it. */
export interface ViewedSlice {
  readonly plane: SlicePlane;
  /** Visible part, voxels of level 0. */
  readonly box: SliceBox;
  /** The level it is shown at. */
  readonly level?: number;
}

/** The slices through another voxel. They are known before they are drawn: an edit that follows at once is of those. */
export function slicesThrough(slices: readonly ViewedSlice[], position: Point5): readonly ViewedSlice[] {
  return slices.map((slice) => ({ ...slice, plane: planeThrough(slice.plane.axis, position) }));
}

/** Where the pointer works. */
export interface Focus {
  readonly axis: SliceAxis;
  readonly point: Point2;
}

/** Tiles whose features fit into the cache, at most 400. */
export function tileLimit(cacheBytes: number, featureCount: number): number {
  const tileBytes = 4 * tileSize * tileSize * featureCount;
  return Math.max(1, Math.min(400, Math.floor((0.9 * cacheBytes) / tileBytes)));
}

/**
 * The tiles of full resolution that the slices show: the slice that is worked in first, there the nearest to the pointer first. Every
 * slice gets its share of the limit.
 */
export function tilesInView(
  slices: readonly ViewedSlice[],
  level: ImageLevel,
  { focus, limit }: { readonly focus: Focus | undefined; readonly limit: number },
): Roi[] {
  const share = Math.max(1, Math.floor(limit / Math.max(1, slices.length)));
  const rank = ({ plane }: ViewedSlice) => (plane.axis === focus?.axis ? 0 : 1);
  const ordered = [...slices].sort((a, b) => rank(a) - rank(b));
  return ordered.flatMap(({ plane, box }) => {
    const center = { u: (box.left + box.right) / 2, v: (box.top + box.bottom) / 2 };
    const at = focus?.axis === plane.axis ? focus.point : center;
    const tiles = tilesInBox({ plane, levels: [level], level: 0 }, box);
    return nearestTiles(tiles, [level], at, share).map((address) => tileRoi(address, level));
  });
}

/** The axis a tile is seen along: that of the slice it lies on. */
export function sliceAxisOf(slices: readonly ViewedSlice[], { start, stop }: Roi): SliceAxis {
  const known = slices.find(({ plane }) => {
    const at = sliceAxes[plane.axis].normal;
    return start[at] === plane.index && stop[at] === plane.index + 1 && start[0] === plane.t;
  });
  return known?.plane.axis ?? 'z';
}
