import type { CanvasTool, Layer, LayerSource, Point2, Point5, ShownImage, SliceAxis } from '../../view/layer.ts';
import { isInside, isSamePlane, planeThrough, voxelAt, voxelCenter } from '../../view/slice-geometry.ts';
import { TileLoader } from '../../view/tile-loader.ts';
import type { OverlayMarks } from './slice-overlay.ts';
import { SlicePane } from './slice-pane.ts';
import type { PointerVoxelDetail, ViewChangeDetail } from './viewer-events.ts';

/** Pixels that a viewer keeps, in bytes. */
const tileBudgetBytes = 384 * 2 ** 20;

export interface SceneListener {
  viewChanged(detail: ViewChangeDetail): void;
  pointerMoved(detail: PointerVoxelDetail): void;
  layerFailed(layerId: string, error: unknown): void;
  /** After every drawn frame. */
  drawn(): void;
}

/** Everything a viewer draws, and the loop that draws it: a frame runs only when something has changed. */
export class Scene {
  tool: CanvasTool | undefined;
  isCrosshairShown = true;
  /** The crosshair works the tool by keys: shown in 2-D images too, with the outline of the brush. */
  isKeyboardUsed = false;
  readonly panes = new Map<SliceAxis, SlicePane>();
  private readonly listener: SceneListener;
  private readonly loader: TileLoader;
  private image: ShownImage | undefined;
  private layers: readonly Layer[] = [];
  private position: Point5 = { t: 0, z: 0, y: 0, x: 0 };
  private active: SliceAxis = 'z';
  private frameRequest: number | undefined;
  private lastView = '[]';
  private lastPointer = 'null';

  constructor(listener: SceneListener) {
    this.listener = listener;
    this.loader = new TileLoader({
      budgetBytes: tileBudgetBytes,
      onChange: () => this.requestFrame(),
      onError: (source, error) => this.reportError(source, error),
    });
  }

  /** Takes over the stages on the page: makes views for new ones, drops those that left. */
  setStages(stages: ReadonlyMap<SliceAxis, HTMLElement>): void {
    for (const [axis, pane] of this.panes) {
      if (stages.get(axis) === pane.stage) continue;
      pane.dispose();
      this.panes.delete(axis);
    }
    for (const [axis, stage] of stages) {
      if (this.panes.has(axis)) continue;
      const pane = new SlicePane(axis, stage, () => this.requestFrame());
      pane.setImage(this.image);
      pane.setPlane(planeThrough(axis, this.position));
      this.panes.set(axis, pane);
    }
    this.requestFrame();
  }

  setImage(image: ShownImage | undefined): void {
    this.image = image;
    for (const pane of this.panes.values()) pane.setImage(image);
  }

  setLayers(layers: readonly Layer[]): void {
    this.layers = layers;
    this.loader.setSources(new Set(layers.map(({ source }) => source)));
    this.invalidate();
  }

  /** Goes to a voxel; views that don't show it are moved there. */
  setPosition(position: Point5): void {
    this.position = position;
    for (const [axis, pane] of this.panes) {
      pane.setPlane(planeThrough(axis, position));
      pane.invalidateOverlay();
    }
  }

  revealPosition(): void {
    for (const [axis, pane] of this.panes) if (pane.isShown) pane.reveal(voxelCenter(axis, this.position));
  }

  /** The view worked in. */
  get activePane(): SlicePane | undefined {
    const shown = this.shownPanes;
    return shown.find(({ axis }) => axis === this.active) ?? shown[0];
  }

  activate(axis: SliceAxis): void {
    this.active = axis;
  }

  /** The place under the pointer was changed by a view. */
  hover(pane: SlicePane): void {
    if (pane.pointer) {
      this.activate(pane.axis);
      this.isKeyboardUsed = false;
    }
    for (const other of this.panes.values()) if (other !== pane && pane.pointer) other.pointer = undefined;
    pane.invalidateOverlay();
  }

  invalidate(): void {
    for (const pane of this.panes.values()) pane.invalidate();
    this.requestFrame();
  }

  invalidateOverlays(): void {
    for (const pane of this.panes.values()) pane.invalidateOverlay();
  }

  dispose(): void {
    if (this.frameRequest !== undefined) cancelAnimationFrame(this.frameRequest);
    for (const pane of this.panes.values()) pane.dispose();
    this.panes.clear();
    this.loader.dispose();
    this.layers = [];
  }

  requestFrame(): void {
    this.frameRequest ??= requestAnimationFrame(() => this.frame());
  }

  private get shownPanes(): SlicePane[] {
    return [...this.panes.values()].filter((pane) => pane.isShown);
  }

  private frame(): void {
    this.frameRequest = undefined;
    const panes = this.shownPanes.sort((a, b) => Number(b.axis === this.active) - Number(a.axis === this.active));
    const layers = this.layers.filter(({ isVisible, opacity }) => isVisible && opacity > 0);
    const topFirst = [...layers].reverse();
    const { changed, hasMore } = this.loader.update(panes.flatMap((pane) => pane.wanted(topFirst)));
    for (const pane of panes) {
      pane.paint(layers, this.loader.store, changed);
      pane.paintOverlay(this.marksOf(pane));
    }
    this.reportView(panes);
    this.reportPointer(panes);
    this.listener.drawn();
    if (hasMore) this.requestFrame();
  }

  private marksOf(pane: SlicePane): OverlayMarks {
    const isShown = this.isKeyboardUsed || (this.panes.size > 1 && this.isCrosshairShown);
    const center = voxelCenter(pane.axis, this.position);
    const brushAt = this.isKeyboardUsed && pane.axis === this.active ? center : pane.hover;
    const diameter = this.tool?.outlineDiameter;
    const preview = this.tool?.preview;
    return {
      crosshair: isShown
        ? { at: center, upright: pane.axis === 'x' ? 'z' : 'x', level: pane.axis === 'y' ? 'z' : 'y' }
        : undefined,
      outline: brushAt && diameter ? { at: brushAt, diameter } : undefined,
      preview: preview && isSamePlane(preview.plane, pane.plane) ? preview : undefined,
    };
  }

  private reportView(panes: readonly SlicePane[]): void {
    const slices = panes.map(({ plane, box, level, camera }) => ({ plane, box, level, scale: camera.scale }));
    const text = JSON.stringify(slices);
    if (text === this.lastView) return;
    this.lastView = text;
    this.listener.viewChanged({ slices });
  }

  private reportPointer(panes: readonly SlicePane[]): void {
    const pane = panes.find(({ hover }) => hover);
    const found = pane && this.image ? this.voxelUnder(pane, pane.hover!) : null;
    const text = JSON.stringify(found);
    if (text === this.lastPointer) return;
    this.lastPointer = text;
    this.listener.pointerMoved(found);
  }

  private voxelUnder({ plane }: SlicePane, place: Point2): PointerVoxelDetail {
    const position = voxelAt(plane, place);
    return this.image && isInside(this.image.shape, position) ? { position, plane } : null;
  }

  private reportError(source: LayerSource, error: unknown): void {
    const layer = this.layers.find((each) => each.source === source);
    if (layer) this.listener.layerFailed(layer.id, error);
  }
}
