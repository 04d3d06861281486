import type { LitElement, ReactiveController } from 'lit';

export type DrawerSide = 'left' | 'right';

/** Below this width, panels beside the picture can be closed. CSS pixels. */
const narrowWidth = 1100;
/** Below this one only one is open at a time. */
const singleWidth = 1000;
/** Below this one they lie on the picture instead of beside it. */
const overlaidWidth = 720;

/**
 * Turns the panels on both sides into drawers where the element is too narrow for them. Tells the style sheet by attributes of the
 * element: `narrow`, `overlaid`, `left-open`, `right-open`.
 */
export class PanelDrawers implements ReactiveController {
  private readonly host: LitElement;
  private readonly observer: ResizeObserver;
  private readonly open = new Set<DrawerSide>();
  private width = Number.POSITIVE_INFINITY;

  constructor(host: LitElement) {
    this.host = host;
    this.observer = new ResizeObserver((entries) => this.resize(entries.at(-1)!.contentRect.width));
    host.addController(this);
  }

  hostConnected(): void {
    this.observer.observe(this.host);
  }

  hostDisconnected(): void {
    this.observer.disconnect();
  }

  /** Are the panels drawers? */
  get isNarrow(): boolean {
    return this.width < narrowWidth;
  }

  isOpen(side: DrawerSide): boolean {
    return !this.isNarrow || this.open.has(side);
  }

  /** Opens or closes a drawer by its button. An opened one has the focus. */
  async toggle(side: DrawerSide): Promise<void> {
    const isOpened = !this.open.has(side);
    this.set(side, isOpened);
    await this.host.updateComplete;
    if (isOpened) this.panel(side)?.focus();
  }

  /** Another panel is shown on the left: one that replaces the tools is what its step is about, the tools are for what lies beneath. */
  showPanel(isReplaced: boolean): void {
    if (this.isOverlaid) this.set('left', isReplaced);
    else if (isReplaced) this.set('left', true);
  }

  /** Escape closes the drawer that has the focus, and gives that back to its button. */
  handleEscape(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.defaultPrevented || !this.isNarrow) return;
    const side = (event.currentTarget as HTMLElement).classList.contains('right') ? 'right' : 'left';
    event.preventDefault();
    event.stopPropagation();
    this.set(side, false);
    this.host.renderRoot.querySelector<HTMLElement>(`[aria-controls=${side}-panel]`)?.focus();
  }

  private get isOverlaid(): boolean {
    return this.width < overlaidWidth;
  }

  private set(side: DrawerSide, isOpen: boolean): void {
    if (isOpen && this.width < singleWidth) this.open.clear();
    if (isOpen) this.open.add(side);
    else this.open.delete(side);
    this.apply();
  }

  private resize(width: number): void {
    if (width === 0) return; // hidden
    const wasNarrow = this.isNarrow;
    const wasOverlaid = this.isOverlaid;
    this.width = width;
    if (wasNarrow === this.isNarrow && wasOverlaid === this.isOverlaid) return;
    this.open.clear();
    if (!this.isOverlaid) this.open.add('left');
    this.apply();
  }

  private apply(): void {
    const { host } = this;
    host.toggleAttribute('narrow', this.isNarrow);
    host.toggleAttribute('overlaid', this.isOverlaid);
    host.toggleAttribute('left-open', this.open.has('left'));
    host.toggleAttribute('right-open', this.open.has('right'));
    host.requestUpdate();
  }

  private panel(side: DrawerSide): HTMLElement | null {
    return this.host.renderRoot.querySelector(`aside.${side}`);
  }
}
