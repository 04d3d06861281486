import type { ImageLevel } from '@brushwood/core';
import type { Camera } from './camera.ts';
import type { SliceBox } from './slice-geometry.ts';
import type { LayerSource, SlicePlane, TileAddress } from './layer.ts';
import { tileBox, tileKey, tilesInBox } from './tile-grid.ts';
import { sliceSpacing } from './slice-geometry.ts';
import type { TileStore } from './tile-store.ts';

/** A canvas and what it looks at. */
export interface DrawTarget {
  readonly context: CanvasRenderingContext2D;
  readonly camera: Camera;
  /** Device pixels of the canvas. */
  readonly width: number;
  readonly height: number;
  /** Device pixels per CSS pixel. */
  readonly pixelRatio: number;
}

/** One layer on one slice. */
export interface DrawnLayer {
  readonly source: LayerSource;
  readonly opacity: number;
  readonly plane: SlicePlane;
  readonly level: number;
  /** The image's levels that this source has. */
  readonly levels: readonly ImageLevel[];
  /** Slice whose tiles stand in for a moment where this one's are missing. */
  readonly previous?: SlicePlane;
}

/** A box in device pixels. */
export interface PixelRect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Device pixels of a box on the slice, on whole pixels, so that neighbours meet without a gap or an overlap. */
export function pixelRect(target: Omit<DrawTarget, 'context'>, box: SliceBox): PixelRect {
  const scale = target.camera.scale * target.pixelRatio;
  const x = (u: number) => Math.round((u - target.camera.u) * scale + target.width / 2);
  const y = (v: number) => Math.round((v - target.camera.v) * scale + target.height / 2);
  return { left: x(box.left), top: y(box.top), right: x(box.right), bottom: y(box.bottom) };
}

/** Clears a rectangle of the canvas and draws every layer there, the first at the bottom. `seen` is what the canvas shows of the slice. */
export function drawLayers(
  target: DrawTarget,
  store: TileStore,
  layers: readonly DrawnLayer[],
  where: { readonly rect: PixelRect; readonly seen: SliceBox },
): void {
  const { context } = target;
  const { rect, seen } = where;
  context.save();
  context.beginPath();
  context.rect(rect.left, rect.top, rect.right - rect.left, rect.bottom - rect.top);
  context.clip();
  context.clearRect(rect.left, rect.top, rect.right - rect.left, rect.bottom - rect.top);
  for (const layer of layers) {
    context.globalAlpha = layer.opacity;
    for (const address of tilesInBox(layer, seen)) drawTile(target, store, { layer, address, rect });
  }
  context.restore();
}

interface TilePlace {
  readonly layer: DrawnLayer;
  readonly address: TileAddress;
  readonly rect: PixelRect;
}

function drawTile(target: DrawTarget, store: TileStore, { layer, address, rect }: TilePlace): void {
  const box = tileBox(address, layer.levels);
  const place = pixelRect(target, box);
  if (place.right <= rect.left || place.left >= rect.right || place.bottom <= rect.top || place.top >= rect.bottom)
    return;
  const tile = store.find(layer.source, tileKey(address, layer.levels));
  if (tile?.isLoaded) {
    if (tile.surface)
      drawPart(target, { surface: tile.surface, box, part: box, spacing: spacingOf(layer, address.level) });
    return;
  }
  if (!drawStandIn(target, store, { layer, box, plane: layer.plane }) && layer.previous) {
    drawStandIn(target, store, { layer, box, plane: layer.previous });
  }
}

/** Draws what other levels have of a box: the next finer one if it has all of it, else the nearest coarser one, else what there is. */
function drawStandIn(
  target: DrawTarget,
  store: TileStore,
  { layer, box, plane }: { layer: DrawnLayer; box: SliceBox; plane: SlicePlane },
): boolean {
  const find = (level: number) => {
    const all = tilesInBox({ plane, levels: layer.levels, level }, box);
    return { all, known: all.filter((tile) => store.find(layer.source, tileKey(tile, layer.levels))?.isLoaded) };
  };
  const draw = (tiles: readonly TileAddress[]) => {
    for (const address of tiles) {
      const { surface } = store.find(layer.source, tileKey(address, layer.levels))!;
      if (!surface) continue;
      const own = tileBox(address, layer.levels);
      drawPart(target, { surface, box: own, part: intersection(own, box), spacing: spacingOf(layer, address.level) });
    }
  };
  const finer = layer.level > 0 ? find(layer.level - 1) : undefined;
  if (finer && finer.known.length === finer.all.length) return draw(finer.known), true;
  const first = plane === layer.plane ? layer.level + 1 : layer.level;
  for (let level = first; level < layer.levels.length; level++) {
    const { known } = find(level);
    if (known.length > 0) return draw(known), true;
  }
  if (finer) draw(finer.known);
  return false;
}

interface TilePart {
  readonly surface: OffscreenCanvas;
  readonly box: SliceBox;
  readonly part: SliceBox;
  readonly spacing: { readonly u: number; readonly v: number };
}

function drawPart(target: DrawTarget, { surface, box, part, spacing }: TilePart): void {
  const { context, camera, pixelRatio } = target;
  const to = pixelRect(target, part);
  const width = to.right - to.left;
  const height = to.bottom - to.top;
  if (width <= 0 || height <= 0) return;
  const enlarged = Math.max(spacing.u, spacing.v) * camera.scale * pixelRatio;
  context.imageSmoothingEnabled = enlarged < 1;
  context.imageSmoothingQuality = enlarged < 0.5 ? 'medium' : 'low';
  context.drawImage(
    surface,
    (part.left - box.left) / spacing.u,
    (part.top - box.top) / spacing.v,
    (part.right - part.left) / spacing.u,
    (part.bottom - part.top) / spacing.v,
    to.left,
    to.top,
    width,
    height,
  );
}

function spacingOf(layer: DrawnLayer, level: number): { u: number; v: number } {
  return sliceSpacing(layer.levels[level]!, layer.plane.axis);
}

function intersection(a: SliceBox, b: SliceBox): SliceBox {
  return {
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  };
}
