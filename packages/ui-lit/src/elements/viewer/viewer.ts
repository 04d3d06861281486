import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { controls, theme } from '../../styles/theme.ts';
import type { CanvasTool, Layer, Point5, ShownImage, SliceAxis, SlicePlane } from '../../view/layer.ts';
import { scaleBar } from '../../view/scale-bar.ts';
import { clampPoint, isSamePoint, middleOf, sliceName, voxelAt, voxelCenter } from '../../view/slice-geometry.ts';
import { isOnControl, isTyping } from './key-target.ts';
import { Scene } from './scene.ts';
import { axisColors } from './slice-overlay.ts';
import type { SlicePane } from './slice-pane.ts';
import { SlicePointers } from './slice-pointers.ts';
import type { PointerVoxelDetail, ViewerEvents } from './viewer-events.ts';
import { positionFields, sliceBar, timeBar, type Place } from './viewer-bars.ts';
import { viewerIcons } from './viewer-icons.ts';
import { runCommand, type ViewerActions } from './viewer-commands.ts';
import { viewerCommand, zoomStep } from './viewer-keys.ts';
import { viewerStyles } from './viewer.styles.ts';

const origin: Point5 = { t: 0, z: 0, y: 0, x: 0 };
const announceMs = 500;
/** Zoom at which single voxels are told apart. */
const closeUp = 3;

/**
 * Shows layers of tiles: one slice view of a 2-D image, three linked ones through the crosshair of a volume. Tiles are asked for only
 * where they are seen, at the level that fits the zoom.
 *
 * @fires view-change     `ViewChangeDetail`: what every slice view shows; at most once a frame.
 * @fires position-change `PositionChangeDetail`: the crosshair moved, by the user or because another image does not have its voxel.
 * @fires pointer-voxel   `PointerVoxelDetail`: the voxel under the pointer, or null.
 * @fires maximize-change `MaximizeChangeDetail`: one view of a volume fills the viewer, or all are shown again (null).
 * @fires layer-error     `LayerErrorDetail`: a layer could not give a tile. It is tried three times.
 * @slot hud   Beside the coordinates, for example the value of the pixel under the pointer.
 * @slot empty Shown while there is no image.
 * @csspart stage    The area of every slice view, with a canvas.
 * @csspart info     Controls and position beside the views of a volume.
 * @csspart controls Zoom buttons.
 * @csspart readout  Coordinates and the slot `hud`.
 * @cssprop --bw-viewer-bg Background of the slices, #181a1b by default.
 */
export class ViewerElement extends LitElement {
  static override styles = [theme, controls, viewerStyles];
  static override properties = {
    image: { attribute: false },
    layers: { attribute: false },
    tool: { attribute: false },
    position: { attribute: false },
    isCrosshairShown: { attribute: false },
    isHudShown: { state: true },
    maximized: { state: true },
    announcement: { state: true },
  };
  /** What is shown; undefined for nothing. */
  declare image: ShownImage | undefined;
  /** Bottom first. */
  declare layers: readonly Layer[];
  /** What a press on a slice does; without a tool it pans. */
  declare tool: CanvasTool | undefined;
  /** The crosshair: the slices shown go through it. */
  declare position: Point5;
  /** Lines through the crosshair in the views of a volume. */
  declare isCrosshairShown: boolean;
  /** Scale bar, coordinates and the names of the views. */
  declare isHudShown: boolean;
  /** The one view of a volume that is shown, or null for all. Set by `maximize`. */
  declare maximized: SliceAxis | null;
  declare private announcement: string;
  private readonly scene: Scene;
  private readonly pointers = new Map<SlicePane, SlicePointers>();
  private announceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.layers = [];
    this.position = origin;
    this.isCrosshairShown = true;
    this.isHudShown = true;
    this.maximized = null;
    this.announcement = '';
    this.scene = new Scene({
      viewChanged: (detail) => this.emit('view-change', detail),
      pointerMoved: (detail) => this.showPointer(detail),
      layerFailed: (layerId, error) => this.emit('layer-error', { layerId, error }),
      drawn: () => this.showZoom(),
    });
    this.addEventListener('keydown', (event) => this.handleKey(event));
  }

  /** Shows the whole image in every view. */
  fit(): void {
    for (const pane of this.scene.panes.values()) pane.fit();
  }

  /** One voxel on one CSS pixel, in the view worked in. */
  resetZoom(): void {
    this.scene.activePane?.zoomTo(1);
  }

  /** Zooms the view worked in around its middle. */
  zoomBy(factor: number): void {
    this.scene.activePane?.zoomBy(factor);
  }

  /** Brings the crosshair of a volume, or the middle of a 2-D image, to the middle of every view. */
  center(): void {
    for (const pane of this.scene.panes.values()) {
      const { width, height } = pane.extent;
      pane.centerOn(this.isVolume ? voxelCenter(pane.axis, this.position) : { u: width / 2, v: height / 2 });
    }
  }

  /** Brings a voxel to the middle of every view, large enough to be seen. */
  async show(position: Point5): Promise<void> {
    this.goTo(position);
    await this.updateComplete;
    for (const pane of this.scene.panes.values()) {
      if (pane.camera.scale < closeUp) pane.zoomTo(closeUp);
      pane.centerOn(voxelCenter(pane.axis, this.position));
    }
  }

  /** Shows one view of a volume alone, or all of them. */
  maximize(axis: SliceAxis | null): void {
    if (!this.isVolume || axis === this.maximized) return;
    this.maximized = axis;
    if (axis) this.scene.activate(axis);
    this.emit('maximize-change', { axis });
  }

  /**
   * Does what a key asks for (`viewer-keys.ts`). The viewer calls it for keys pressed inside it; an app may forward others.
   * @returns true if the key was the viewer's; its default is then prevented.
   */
  handleKey(event: KeyboardEvent): boolean {
    if (event.defaultPrevented || isTyping(event)) return false;
    if (this.handKeyToTool(event)) return true;
    const command = viewerCommand(event);
    const pane = this.scene.activePane;
    if (!command || !pane || !runCommand(command, pane, this.actions)) return false;
    event.preventDefault();
    return true;
  }

  /** Goes to a slice; the views stay where they look. */
  showSlice({ axis, t, index }: SlicePlane): void {
    this.goTo({ ...this.position, t, [axis]: index });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.attach();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.announceTimer);
    for (const pointers of this.pointers.values()) pointers.dispose();
    this.pointers.clear();
    this.scene.dispose();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('image')) this.takeImage(changed.get('image'), changed.has('position') && this.position !== origin);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('image') || changed.has('maximized')) this.attach();
    if (changed.has('layers')) this.scene.setLayers(this.layers);
    if (changed.has('position')) {
      this.scene.setPosition(this.position);
      this.scene.revealPosition();
    }
    this.scene.tool = this.tool;
    this.scene.isCrosshairShown = this.isCrosshairShown;
    this.scene.invalidateOverlays();
  }

  protected override render(): TemplateResult {
    const single = !this.isVolume || this.maximized !== null;
    const classes = ['views', single ? 'single' : 'quad', this.isVolume && 'has-slices', !this.isHudShown && 'no-hud'];
    return html`
      <div class=${classes.filter(Boolean).join(' ')} style="--tool-cursor: ${this.tool?.cursor ?? 'grab'}">
        ${this.axes.map((axis) => this.renderPane(axis))}
        ${this.image ? this.renderInfo(single) : html`<slot name="empty"></slot>`}
      </div>
      ${this.frames > 1 ? timeBar(this.place) : nothing}
      <div class="visually-hidden" role="status">${this.announcement}</div>
    `;
  }

  private renderPane(axis: SliceAxis): TemplateResult {
    const name = sliceName(axis);
    const color = axisColors[axis];
    return html`<section class="pane" ?hidden=${this.maximized !== null && this.maximized !== axis} aria-label="${name} view">
      <div class="stage" part="stage" data-axis=${axis} tabindex="0" role="application" aria-roledescription="image view"
        aria-label=${this.isVolume ? `${name} slice through the image` : 'Image'}>
        <canvas class="picture"></canvas>
        <canvas class="overlay"></canvas>
        ${this.isVolume ? html`<span class="name chip" style="color: ${color}">${name}</span>` : nothing}
        <span class="scale-bar chip"><span class="bar"></span><span class="length"></span></span>
      </div>
      ${this.isVolume ? this.renderSliceBar(axis) : nothing}
    </section>`;
  }

  private renderSliceBar(axis: SliceAxis): TemplateResult {
    const isAlone = this.maximized === axis;
    return sliceBar(this.place, { axis, isAlone, toggle: () => this.maximize(isAlone ? null : axis) });
  }

  private renderInfo(single: boolean): TemplateResult {
    const button = (icon: TemplateResult, title: string, run: () => void) =>
      html`<button class="small" title=${title} aria-label=${title} @click=${run}>${icon}</button>`;
    return html`<div class="info" part="info">
      <div class="controls" part="controls" role="group" aria-label="View">
        ${button(viewerIcons.zoomOut, 'Zoom out (−)', () => this.zoomBy(1 / zoomStep))}
        <span class="zoom" aria-label="Zoom"></span>
        ${button(viewerIcons.zoomIn, 'Zoom in (+)', () => this.zoomBy(zoomStep))}
        ${button(viewerIcons.fit, 'Fit the image (k)', () => this.fit())}
        ${button(html`<span style="font-size: 11px">1:1</span>`, 'Actual size, 1:1 (w)', () => this.resetZoom())}
        ${this.isVolume ? this.renderCrosshairButton() : nothing}
      </div>
      ${single ? nothing : positionFields(this.place)}
      <div class="readout chip" part="readout"><span class="coordinates"></span><slot name="hud"></slot></div>
    </div>`;
  }

  private renderCrosshairButton(): TemplateResult {
    return html`<button class="small" aria-pressed=${this.isCrosshairShown} title="Crosshair" aria-label="Crosshair"
      @click=${() => (this.isCrosshairShown = !this.isCrosshairShown)}>${viewerIcons.crosshair}</button>`;
  }

  private get place(): Place {
    return { position: this.position, shape: this.image!.shape, goTo: (position) => this.goTo(position) };
  }

  private get isVolume(): boolean {
    return (this.image?.shape[2] ?? 1) > 1;
  }
  private get frames(): number {
    return this.image?.shape[0] ?? 1;
  }
  /** The views in reading order of the grid: xy, zy beside it with the same rows, xz below with the same columns. */
  private get axes(): readonly SliceAxis[] {
    if (!this.image) return [];
    return this.isVolume ? ['z', 'x', 'y'] : ['z'];
  }

  /** Keeps the position if the new image has as many voxels along every axis, else goes to its middle. */
  private takeImage(before: ShownImage | undefined, isPlaced: boolean): void {
    const { image } = this;
    if (!image) return;
    if (!this.isVolume) this.maximized = null;
    const isAlike = before !== undefined && String(before.shape) === String(image.shape);
    const position = clampPoint(image.shape, isAlike || isPlaced ? this.position : middleOf(image.shape));
    if (isSamePoint(position, this.position)) return;
    this.position = position;
    void this.updateComplete.then(() => this.emit('position-change', { position }));
  }

  /** Connects the scene with the stages that are on the page now. */
  private attach(): void {
    const stages = [...this.renderRoot.querySelectorAll<HTMLElement>('.stage')];
    this.scene.setImage(this.image);
    this.scene.setStages(new Map(stages.map((stage) => [stage.dataset['axis'] as SliceAxis, stage])));
    this.scene.setPosition(this.position);
    this.scene.setLayers(this.layers);
    const panes = new Set(this.scene.panes.values());
    for (const [pane, pointers] of this.pointers) {
      if (panes.has(pane)) continue;
      pointers.dispose();
      this.pointers.delete(pane);
    }
    for (const pane of panes) if (!this.pointers.has(pane)) this.pointers.set(pane, this.pointersOf(pane));
  }

  private pointersOf(pane: SlicePane): SlicePointers {
    const tool = () => this.tool;
    const hasSlices = () => this.isVolume;
    pane.stage.addEventListener('focus', () => this.scene.activate(pane.axis));
    return new SlicePointers(pane, {
      get tool() {
        return tool();
      },
      get hasSlices() {
        return hasSlices();
      },
      activate: () => this.scene.activate(pane.axis),
      hover: () => this.scene.hover(pane),
      stepSlice: (_pane, step) => this.goTo({ ...this.position, [pane.axis]: this.position[pane.axis] + step }),
      stepTime: (step) => this.goTo({ ...this.position, t: this.position.t + step }),
      moveCrosshair: (_pane, event) => this.goTo(voxelAt(pane.plane, pane.placeAt(event))),
    });
  }

  /** Moves the crosshair to the nearest voxel of the image and says so. */
  private goTo(wanted: Point5): void {
    if (!this.image) return;
    const position = clampPoint(this.image.shape, wanted);
    if (isSamePoint(position, this.position)) return;
    this.position = position;
    this.emit('position-change', { position });
    clearTimeout(this.announceTimer);
    this.announceTimer = setTimeout(() => {
      const { t, z, y, x } = position;
      this.announcement = `x ${x}, y ${y}${this.isVolume ? `, z ${z}` : ''}${this.frames > 1 ? `, time ${t}` : ''}`;
    }, announceMs);
  }

  private get actions(): ViewerActions {
    const { position, isVolume, maximized } = this;
    return {
      position,
      isVolume,
      maximized,
      goTo: (wanted) => this.goTo(wanted),
      goByKeys: (wanted) => {
        this.scene.isKeyboardUsed = true;
        this.goTo(wanted);
      },
      fit: () => this.fit(),
      resetZoom: () => this.resetZoom(),
      center: () => this.center(),
      maximize: (axis) => this.maximize(axis),
      toggleHud: () => (this.isHudShown = !this.isHudShown),
      dab: (pane) => this.dab(pane),
      cancelStroke: () => [...this.pointers.values()].some((pointers) => pointers.cancelStroke()),
    };
  }

  /** A tool in the middle of something has keys of its own. With the crosshair as the pointer, Enter is the tool's press. */
  private handKeyToTool(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.tool?.key) return false;
    const isPress = event.key === 'Enter' && (this.scene.isKeyboardUsed || isOnControl(event));
    if (isPress || !this.tool.key(event.key)) return false;
    this.scene.invalidateOverlays();
    event.preventDefault();
    return true;
  }

  /** Uses the tool on the crosshair's voxel, as a press there would. */
  private dab({ axis, plane }: SlicePane): boolean {
    if (!this.tool || !(this.renderRoot as ShadowRoot).activeElement?.classList.contains('stage')) return false;
    const event = new PointerEvent('pointerdown');
    const points = [voxelCenter(axis, this.position)];
    const pointer = {
      plane,
      points,
      pressure: 0.5,
      isEraser: false,
      scale: this.scene.panes.get(axis)!.camera.scale,
      event,
    };
    this.scene.isKeyboardUsed = true;
    this.scene.invalidateOverlays();
    if (this.tool.down(pointer)) this.tool.up(pointer);
    return true;
  }

  private showPointer(detail: PointerVoxelDetail): void {
    const target = this.renderRoot.querySelector('.coordinates');
    if (target) target.textContent = detail ? coordinates(detail.position, this.image!) : '';
    this.emit('pointer-voxel', detail);
  }

  /** Zoom and scale bars follow every frame: written straight to the page, as a render would cost more than the frame. */
  private showZoom(): void {
    const zoom = this.renderRoot.querySelector('.zoom');
    const { activePane } = this.scene;
    if (zoom && activePane) setText(zoom, percent(activePane.camera.scale));
    for (const { stage, camera, isShown } of this.scene.panes.values()) {
      const bar = stage.querySelector<HTMLElement>('.bar');
      if (!isShown || !bar) continue;
      const { width, label } = scaleBar(this.image?.voxelSize, camera.scale, 120);
      bar.style.width = `${width}px`;
      setText(stage.querySelector('.length')!, label);
    }
  }

  private emit<Name extends keyof ViewerEvents>(name: Name, detail: ViewerEvents[Name]['detail']): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

function coordinates({ t, z, y, x }: Point5, { shape }: ShownImage): string {
  return `x ${x}  y ${y}${shape[2] > 1 ? `  z ${z}` : ''}${shape[0] > 1 ? `  t ${t}` : ''}`;
}

function percent(scale: number): string {
  return `${Number((scale * 100).toPrecision(scale < 1 ? 2 : 3))} %`;
}

function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-viewer': ViewerElement;
  }
}
