import {
  clampCamera,
  clampScale,
  fitCamera,
  isSameCamera,
  panBy,
  toSlice,
  visibleBox,
  zoomAt,
  type Camera,
  type ScreenPoint,
  type Viewport,
} from '../../view/camera.ts';
import { drawLayers, pixelRect, type DrawnLayer, type PixelRect } from '../../view/draw-layers.ts';
import {
  tileSize,
  type Layer,
  type Point2,
  type ShownImage,
  type SliceAxis,
  type SlicePlane,
  type TileAddress,
} from '../../view/layer.ts';
import { isSamePlane, sliceExtent, sliceSpacing, type SliceExtent, type SliceBox } from '../../view/slice-geometry.ts';
import { fittingLevel, nearestTiles, tileBox, tileKey, tilesInBox } from '../../view/tile-grid.ts';
import type { WantedTiles } from '../../view/tile-loader.ts';
import type { StoredTile, TileStore } from '../../view/tile-store.ts';
import { drawOverlay, type OverlayMarks } from './slice-overlay.ts';

/** However far one zooms out of an image that has full resolution only. */
const mostTiles = 400;
/** With more changed tiles than this the whole canvas is drawn. */
const mostRects = 12;
/** How long the slice before stands in for what is not loaded yet. */
const standInMs = 300;

interface LevelTiles {
  /** The tile they are sorted around. */
  readonly around: string;
  readonly tiles: WantedTiles['tiles'];
  readonly keys: ReadonlySet<string>;
}

/** One slice view: two canvases on a stage (picture below, marks above) and the camera that looks at the slice. */
export class SlicePane {
  readonly axis: SliceAxis;
  readonly stage: HTMLElement;
  /** Where the pointer is over the view. */
  pointer: ScreenPoint | undefined;
  private readonly picture: HTMLCanvasElement;
  private readonly overlay: HTMLCanvasElement;
  private readonly requestFrame: () => void;
  private readonly observer: ResizeObserver;
  private current: Camera = { u: 0, v: 0, scale: 1 };
  private size: Viewport = { width: 0, height: 0 };
  private deviceSize = { width: 0, height: 0 };
  private image: ShownImage | undefined;
  private slice: SlicePlane;
  private previous: { readonly plane: SlicePlane; readonly until: number } | undefined;
  private isFitted = true;
  private isDirty = true;
  private isOverlayDirty = true;
  private readonly levelTiles = new Map<number, LevelTiles>();

  constructor(axis: SliceAxis, stage: HTMLElement, requestFrame: () => void) {
    this.axis = axis;
    this.stage = stage;
    this.requestFrame = requestFrame;
    this.slice = { axis, t: 0, index: 0 };
    this.picture = stage.querySelector('canvas.picture')!;
    this.overlay = stage.querySelector('canvas.overlay')!;
    this.observer = new ResizeObserver((entries) => this.resize(entries.at(-1)!));
    this.observer.observe(this.picture);
  }

  dispose(): void {
    this.observer.disconnect();
  }

  get camera(): Camera {
    return this.current;
  }
  get viewport(): Viewport {
    return this.size;
  }
  get plane(): SlicePlane {
    return this.slice;
  }
  get extent(): SliceExtent {
    return this.image ? sliceExtent(this.image.shape, this.axis) : { width: 1, height: 1, depth: 1 };
  }
  /** False while the view is hidden or nothing is opened. */
  get isShown(): boolean {
    return this.image !== undefined && this.size.width > 0 && this.size.height > 0;
  }
  get pixelRatio(): number {
    return this.size.width > 0 ? this.deviceSize.width / this.size.width : 1;
  }
  get level(): number {
    return this.image ? fittingLevel(this.image.levels, this.axis, this.current.scale * this.pixelRatio) : 0;
  }
  /** The place under the pointer: moves with the picture while the pointer rests. */
  get hover(): Point2 | undefined {
    return this.pointer && toSlice(this.current, this.size, this.pointer);
  }
  /** The part of the image on the screen. */
  get box(): SliceBox {
    return visibleBox(this.current, this.size, this.extent);
  }

  setImage(image: ShownImage | undefined): void {
    if (this.image === image) return;
    const isAlike = String(this.image?.shape) === String(image?.shape);
    this.image = image;
    this.previous = undefined;
    if (!isAlike) this.fit();
    this.invalidate();
  }

  setPlane(plane: SlicePlane): void {
    if (isSamePlane(plane, this.slice)) return;
    this.previous = { plane: this.slice, until: performance.now() + standInMs };
    this.slice = plane;
    setTimeout(() => this.invalidate(), standInMs + 1);
    this.invalidate();
  }

  /** Draws the whole view in the next frame. */
  invalidate(): void {
    this.isDirty = true;
    this.levelTiles.clear();
    this.invalidateOverlay();
  }

  invalidateOverlay(): void {
    this.isOverlayDirty = true;
    this.requestFrame();
  }

  /** Shows the whole slice, also after the view changes its size. */
  fit(): void {
    this.isFitted = true;
    this.look(fitCamera(this.extent, this.size));
  }

  panBy(dx: number, dy: number): void {
    this.isFitted = false;
    this.look(panBy(this.current, dx, dy));
  }

  /** Zooms around a place of the view, its middle by default. */
  zoomTo(scale: number, at: ScreenPoint = this.middle): void {
    this.isFitted = false;
    this.look(zoomAt(this.current, this.size, at, clampScale(scale, this.extent, this.size)));
  }

  zoomBy(factor: number, at?: ScreenPoint): void {
    this.zoomTo(this.current.scale * factor, at);
  }

  /** Brings a place of the slice to the middle. */
  centerOn(point: Point2): void {
    this.isFitted = false;
    this.look({ ...this.current, ...point });
  }

  /** Brings a place to the middle if it is not on the screen. */
  reveal(point: Point2): void {
    const { left, top, right, bottom } = this.box;
    if (point.u < left || point.u > right || point.v < top || point.v > bottom) this.centerOn(point);
  }

  /** The place on the slice under a pointer. */
  placeAt(event: { readonly clientX: number; readonly clientY: number }): Point2 {
    return toSlice(this.current, this.size, this.screenPoint(event));
  }

  screenPoint(event: { readonly clientX: number; readonly clientY: number }): ScreenPoint {
    const { left, top } = this.stage.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  /** The tiles it shows of every layer, those nearest to the pointer or the middle first. */
  wanted(layers: readonly Layer[]): WantedTiles[] {
    return layers.map(({ source }) => ({ source, tiles: this.tilesOf(this.levelOf(source.levelCount)).tiles }));
  }

  /** Draws what changed since the last frame. */
  paint(layers: readonly Layer[], store: TileStore, changed: readonly StoredTile[]): void {
    this.applySize();
    const context = this.picture.getContext('2d')!;
    const { width, height } = this.deviceSize;
    const target = { context, camera: this.current, width, height, pixelRatio: this.pixelRatio };
    const rects = this.isDirty ? [] : this.changedRects(changed, { width, height });
    this.isDirty ||= rects.length > mostRects;
    const drawn = layers.map((layer) => this.drawnLayer(layer));
    const where = this.isDirty ? [{ left: 0, top: 0, right: width, bottom: height }] : rects;
    for (const rect of where) drawLayers(target, store, drawn, { rect, seen: this.box });
    this.isDirty = false;
  }

  paintOverlay(marks: OverlayMarks): void {
    if (!this.isOverlayDirty) return;
    this.isOverlayDirty = false;
    drawOverlay(this.overlay.getContext('2d')!, {
      camera: this.current,
      ...this.deviceSize,
      pixelRatio: this.pixelRatio,
      marks,
    });
  }

  /** Takes over the size that the page gave the stage. Waits for a frame, as a canvas that changes its size is blank until drawn. */
  applySize(): void {
    const { width, height } = this.deviceSize;
    if (this.picture.width === width && this.picture.height === height) return;
    for (const canvas of [this.picture, this.overlay]) {
      canvas.width = width;
      canvas.height = height;
    }
    this.isDirty = true;
    this.isOverlayDirty = true;
  }

  private get middle(): ScreenPoint {
    return { x: this.size.width / 2, y: this.size.height / 2 };
  }

  private look(camera: Camera): void {
    const next = this.size.width > 0 ? clampCamera(camera, this.extent, this.size) : camera;
    if (isSameCamera(next, this.current)) return;
    this.current = next;
    this.invalidate();
  }

  private resize(entry: ResizeObserverEntry): void {
    const { width, height } = entry.contentRect;
    this.size = { width, height };
    this.deviceSize = deviceSizeOf(entry);
    if (width === 0 || height === 0) return; // hidden: keeps its camera
    if (this.isFitted) this.fit();
    else this.look(this.current);
    this.invalidate();
  }

  private levelOf(levelCount: number): number {
    return Math.min(this.level, levelCount - 1);
  }

  private tilesOf(level: number): LevelTiles {
    const { levels } = this.image!;
    const focus = this.hover ?? this.current;
    const { u, v } = sliceSpacing(levels[level]!, this.axis);
    const around = `${Math.floor(focus.u / u / tileSize)},${Math.floor(focus.v / v / tileSize)}`;
    let known = this.levelTiles.get(level);
    if (known?.around !== around) {
      const all = tilesInBox({ plane: this.slice, levels, level }, this.box);
      const nearest = nearestTiles(all, levels, focus, mostTiles);
      const tiles = nearest.map((address: TileAddress) => ({ address, key: tileKey(address, levels) }));
      known = { around, tiles, keys: new Set(tiles.map(({ key }) => key)) };
      this.levelTiles.set(level, known);
    }
    return known;
  }

  private drawnLayer({ source, opacity }: Layer): DrawnLayer {
    const { previous } = this;
    return {
      source,
      opacity,
      plane: this.slice,
      level: this.levelOf(source.levelCount),
      levels: this.image!.levels.slice(0, source.levelCount),
      previous: previous && performance.now() < previous.until ? previous.plane : undefined,
    };
  }

  private changedRects(changed: readonly StoredTile[], size: Viewport): PixelRect[] {
    const target = { camera: this.current, ...size, pixelRatio: this.pixelRatio };
    return changed
      .filter(({ key, address }) => this.levelTiles.get(address.level)?.keys.has(key))
      .map(({ address }) => pixelRect(target, tileBox(address, this.image!.levels)))
      .map(({ left, top, right, bottom }) => ({
        left: Math.max(left, 0),
        top: Math.max(top, 0),
        right: Math.min(right, size.width),
        bottom: Math.min(bottom, size.height),
      }))
      .filter(({ left, top, right, bottom }) => right > left && bottom > top);
  }
}

/** Exact where the browser tells it; browsers that emulate another screen tell the wrong one. */
function deviceSizeOf({ contentRect, devicePixelContentBoxSize }: ResizeObserverEntry): Viewport {
  const width = Math.round(contentRect.width * devicePixelRatio);
  const height = Math.round(contentRect.height * devicePixelRatio);
  const exact = devicePixelContentBoxSize?.[0];
  const isNear = exact && Math.abs(exact.inlineSize - width) <= 1 && Math.abs(exact.blockSize - height) <= 1;
  return isNear ? { width: exact.inlineSize, height: exact.blockSize } : { width, height };
}
