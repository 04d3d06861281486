import type { ImageLevel } from '@brushwood/core';
import type { SliceBox } from './slice-geometry.ts';
import { tileSize, type Point2, type SliceAxis, type SlicePlane, type TileAddress } from './layer.ts';
import { sliceExtent, sliceSpacing } from './slice-geometry.ts';

/**
 * The coarsest level that still has a pixel for every device pixel.
 * @param deviceScale Device pixels per voxel of level 0.
 */
export function fittingLevel(levels: readonly ImageLevel[], axis: SliceAxis, deviceScale: number): number {
  let best = 0;
  levels.forEach((level, index) => {
    const { u, v } = sliceSpacing(level, axis);
    if (Math.max(u, v) * deviceScale <= 1 + 1e-9) best = index;
  });
  return best;
}

/** Where tiles are looked for: one level of one slice. */
export interface TilePlane {
  readonly plane: SlicePlane;
  readonly levels: readonly ImageLevel[];
  readonly level: number;
}

/** The tiles of a level that touch a box, row by row. The box is in voxels of level 0. */
export function tilesInBox({ plane, levels, level }: TilePlane, box: SliceBox): TileAddress[] {
  const info = levels[level]!;
  const { width, height } = sliceExtent(info.shape, plane.axis);
  const { u, v } = sliceSpacing(info, plane.axis);
  const first = (start: number, spacing: number) => Math.max(0, Math.floor(start / spacing / tileSize));
  const last = (stop: number, spacing: number, size: number) =>
    Math.min(Math.ceil(stop / spacing / tileSize), Math.ceil(size / tileSize)) - 1;
  const tiles: TileAddress[] = [];
  if (box.right <= box.left || box.bottom <= box.top) return tiles;
  for (let row = first(box.top, v); row <= last(box.bottom, v, height); row++) {
    for (let column = first(box.left, u); column <= last(box.right, u, width); column++) {
      const left = column * tileSize;
      const top = row * tileSize;
      tiles.push({
        plane,
        level,
        column,
        row,
        left,
        top,
        width: Math.min(tileSize, width - left),
        height: Math.min(tileSize, height - top),
      });
    }
  }
  return tiles;
}

/** The box of a tile in voxels of level 0. */
export function tileBox(address: TileAddress, levels: readonly ImageLevel[]): SliceBox {
  const { u, v } = sliceSpacing(levels[address.level]!, address.plane.axis);
  return {
    left: address.left * u,
    top: address.top * v,
    right: (address.left + address.width) * u,
    bottom: (address.top + address.height) * v,
  };
}

/** At most `limit` tiles, those nearest to a place first. */
export function nearestTiles(
  tiles: readonly TileAddress[],
  levels: readonly ImageLevel[],
  focus: Point2,
  limit: number,
): TileAddress[] {
  const distance = (address: TileAddress) => {
    const box = tileBox(address, levels);
    return Math.hypot((box.left + box.right) / 2 - focus.u, (box.top + box.bottom) / 2 - focus.v);
  };
  return tiles
    .map((address) => ({ address, far: distance(address) }))
    .sort((a, b) => a.far - b.far)
    .slice(0, limit)
    .map(({ address }) => address);
}

/** Says which tile this is among those of one source. Slices of one coarse slab share their tiles. */
export function tileKey({ plane, level, column, row }: TileAddress, levels: readonly ImageLevel[]): string {
  const slab = Math.floor(plane.index / sliceSpacing(levels[level]!, plane.axis).normal);
  return `${plane.axis}${slab}t${plane.t}l${level}c${column}r${row}`;
}
