import type { CanvasTool, SlicePointer } from '../../view/layer.ts';
import type { SlicePane } from './slice-pane.ts';

/** What a slice view needs from the viewer around it. */
export interface PointerHost {
  readonly tool: CanvasTool | undefined;
  /** Are there several slices? If not, the wheel zooms. */
  readonly hasSlices: boolean;
  activate(pane: SlicePane): void;
  hover(pane: SlicePane): void;
  stepSlice(pane: SlicePane, step: number): void;
  stepTime(step: number): void;
  moveCrosshair(pane: SlicePane, event: MouseEvent): void;
}

interface Spot {
  readonly x: number;
  readonly y: number;
}

type Mode =
  | { readonly kind: 'idle' }
  | { readonly kind: 'pan'; readonly last: Spot }
  | { readonly kind: 'stroke'; readonly tool: CanvasTool; readonly pointerId: number; readonly isPen: boolean }
  | { readonly kind: 'pinch'; readonly center: Spot; readonly distance: number };

const idle: Mode = { kind: 'idle' };
/** Wheel distance of one slice: one notch of a mouse. */
const wheelNotch = 100;

/** Pointers, touches and the wheel on one slice view: strokes go to the tool, everything else moves the picture. */
export class SlicePointers {
  private readonly pane: SlicePane;
  private readonly host: PointerHost;
  private readonly listening = new AbortController();
  private readonly touches = new Map<number, Spot>();
  private mode: Mode = idle;
  private wheelRest = 0;

  constructor(pane: SlicePane, host: PointerHost) {
    this.pane = pane;
    this.host = host;
    const { stage } = pane;
    const options = { signal: this.listening.signal };
    stage.addEventListener('pointerdown', (event) => this.down(event), options);
    stage.addEventListener('pointermove', (event) => this.move(event), options);
    stage.addEventListener('pointerup', (event) => this.up(event), options);
    stage.addEventListener('pointercancel', (event) => this.lose(event), options);
    stage.addEventListener('pointerleave', () => this.setHover(undefined), options);
    stage.addEventListener('dblclick', (event) => this.doubleClick(event), options);
    stage.addEventListener('wheel', (event) => this.wheel(event), { ...options, passive: false });
    stage.addEventListener('auxclick', (event) => event.preventDefault(), options);
    stage.addEventListener('contextmenu', (event) => this.isBusy && event.preventDefault(), options); // a long press paints
  }

  get isBusy(): boolean {
    return this.mode.kind !== 'idle';
  }

  /** Takes a stroke back. False if there was none. */
  cancelStroke(): boolean {
    if (this.mode.kind !== 'stroke') return false;
    const { tool } = this.mode;
    this.mode = idle;
    tool.cancel();
    return true;
  }

  dispose(): void {
    this.cancelStroke();
    this.listening.abort();
  }

  private down(event: PointerEvent): void {
    const { pane, host } = this;
    host.activate(pane);
    if (event.target instanceof Element && event.target.closest('button, input')) return;
    if (event.pointerType === 'touch') {
      if (this.mode.kind === 'stroke' && this.mode.isPen) return; // the hand that holds the pen
      this.touches.set(event.pointerId, spotOf(event));
    }
    if (this.touches.size === 2) return this.startPinch();
    if (this.isBusy || (event.button !== 0 && event.button !== 1 && event.button !== 5)) return;
    if (event.button === 1) event.preventDefault(); // no automatic scrolling
    pane.stage.setPointerCapture(event.pointerId);
    this.setHover(event);
    const { tool } = host;
    const isPan = event.button === 1 || event.shiftKey;
    if (!isPan && tool?.down(this.pointer(event, [event]))) {
      this.mode = { kind: 'stroke', tool, pointerId: event.pointerId, isPen: event.pointerType === 'pen' };
    } else {
      this.mode = { kind: 'pan', last: spotOf(event) };
      pane.stage.classList.add('is-panning');
    }
  }

  private move(event: PointerEvent): void {
    if (this.touches.has(event.pointerId)) this.touches.set(event.pointerId, spotOf(event));
    const { mode } = this;
    if (mode.kind === 'stroke' && event.pointerId === mode.pointerId) {
      const coalesced = event.getCoalescedEvents();
      mode.tool.move(this.pointer(event, coalesced.length > 0 ? coalesced : [event]));
    } else if (mode.kind === 'pan') {
      const spot = spotOf(event);
      this.pane.panBy(spot.x - mode.last.x, spot.y - mode.last.y);
      this.mode = { kind: 'pan', last: spot };
    } else if (mode.kind === 'pinch') this.pinch(mode);
    else if (mode.kind === 'idle') this.host.tool?.hover?.(this.pane.plane, this.pane.placeAt(event));
    this.setHover(event);
  }

  private doubleClick(event: MouseEvent): void {
    if (!this.host.tool?.doubleClick?.()) this.host.moveCrosshair(this.pane, event);
  }

  private up(event: PointerEvent): void {
    this.touches.delete(event.pointerId);
    const { mode } = this;
    if (mode.kind === 'stroke') {
      if (event.pointerId !== mode.pointerId) return;
      this.mode = idle;
      mode.tool.up(this.pointer(event, [event]));
    }
    this.settle(event);
  }

  private lose(event: PointerEvent): void {
    this.touches.delete(event.pointerId);
    this.cancelStroke();
    this.settle(event);
  }

  private settle(event: PointerEvent): void {
    this.mode = idle;
    this.pane.stage.classList.remove('is-panning');
    const [left] = this.touches.values();
    if (left) this.mode = { kind: 'pan', last: left }; // one of two fingers went up
    if (event.pointerType === 'touch') this.setHover(undefined);
  }

  private startPinch(): void {
    this.cancelStroke();
    const { center, distance } = this.fingers();
    this.mode = { kind: 'pinch', center, distance };
  }

  private pinch(before: { readonly center: Spot; readonly distance: number }): void {
    const { center, distance } = this.fingers();
    this.pane.panBy(center.x - before.center.x, center.y - before.center.y);
    this.pane.zoomBy(distance / before.distance, this.pane.screenPoint({ clientX: center.x, clientY: center.y }));
    this.mode = { kind: 'pinch', center, distance };
  }

  private fingers(): { center: Spot; distance: number } {
    const [a, b] = [...this.touches.values()] as [Spot, Spot];
    const center = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
    return { center, distance: Math.max(Math.hypot(a.x - b.x, a.y - b.y), 1) };
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const delta = (event.deltaY || event.deltaX) * (event.deltaMode === 1 ? 33 : event.deltaMode === 2 ? 300 : 1);
    if (event.ctrlKey || event.metaKey || (!this.host.hasSlices && !event.shiftKey)) {
      // Pinching on a trackpad comes as a wheel with Control and small steps.
      const strength = Math.abs(delta) < 50 ? 0.01 : 0.0022;
      return this.pane.zoomBy(Math.exp(-delta * strength), this.pane.screenPoint(event));
    }
    if (this.mode.kind === 'stroke') return; // a stroke stays on its slice
    this.wheelRest += delta;
    const steps = Math.trunc(this.wheelRest / wheelNotch);
    if (steps === 0) return;
    this.wheelRest -= steps * wheelNotch;
    if (event.shiftKey) this.host.stepTime(steps);
    else this.host.stepSlice(this.pane, steps);
  }

  private setHover(event: PointerEvent | undefined): void {
    this.pane.pointer = event && this.pane.screenPoint(event);
    this.host.hover(this.pane);
  }

  private pointer(event: PointerEvent, events: readonly PointerEvent[]): SlicePointer {
    return {
      plane: this.pane.plane,
      points: events.map((each) => this.pane.placeAt(each)),
      pressure: event.pressure,
      isEraser: event.pointerType === 'pen' && (event.button === 5 || (event.buttons & 32) !== 0),
      scale: this.pane.camera.scale,
      event,
    };
  }
}

function spotOf(event: PointerEvent): Spot {
  return { x: event.clientX, y: event.clientY };
}
