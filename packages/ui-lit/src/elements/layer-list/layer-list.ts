import { html, LitElement, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { controls, theme } from '../../styles/theme.ts';
import type { Layer } from '../../view/layer.ts';
import { changeLayers, layerSections, moveLayer, type LayerSection } from './layer-order.ts';
import { layerListStyles } from './layer-list.styles.ts';

export interface LayersChangeDetail {
  /** The new list, bottom first. */
  readonly layers: readonly Layer[];
}

const eye = html`<svg aria-hidden="true" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.3" stroke-linecap="round">
  <path d="M1.500 8S4 3.500 8 3.500 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8z" /><circle cx="8" cy="8" r="1.800" />
  <path class="slash" d="M3 13 13 3" />
</svg>`;
const grip = html`<svg aria-hidden="true" width="10" height="14" viewBox="0 0 10 14" fill="currentColor">
  <circle cx="3" cy="3" r="1.100" /><circle cx="7" cy="3" r="1.100" /><circle cx="3" cy="7" r="1.100" />
  <circle cx="7" cy="7" r="1.100" /><circle cx="3" cy="11" r="1.100" /><circle cx="7" cy="11" r="1.100" />
</svg>`;

/**
 * The layers of a viewer, top first: visible or not, opacity, order. Drag the handle, or press Alt+Up and Alt+Down in a row, to reorder.
 *
 * @fires layers-change `LayersChangeDetail`: the new list. `layers` already is that list.
 * @csspart layer   A row.
 * @csspart heading A group's heading, with a box that shows or hides all of it.
 */
export class LayerListElement extends LitElement {
  static override styles = [theme, controls, layerListStyles];
  static override properties = {
    layers: { attribute: false },
    dragged: { state: true },
    announcement: { state: true },
  };
  /** Bottom first, as the viewer takes them. */
  declare layers: readonly Layer[];
  /** The layer under way and the layer beside which it would land. */
  declare private dragged: { readonly id: string; readonly target?: string; readonly isAbove?: boolean } | undefined;
  declare private announcement: string;

  constructor() {
    super();
    this.layers = [];
    this.announcement = '';
  }

  protected override render(): TemplateResult {
    return html`<ul aria-label="Layers, top first" @keydown=${this.onKey}>
        ${repeat(
          layerSections(this.layers),
          ({ layers }) => layers[0]!.id,
          (section) => this.renderSection(section),
        )}
      </ul>
      <div class="visually-hidden" role="status">${this.announcement}</div>`;
  }

  private renderSection({ group, layers }: LayerSection): TemplateResult {
    const rows = repeat(
      layers,
      ({ id }) => id,
      (layer) => this.renderLayer(layer),
    );
    if (group === undefined) return html`${rows}`;
    const visible = layers.filter(({ isVisible }) => isVisible).length;
    return html`<li part="heading" class="heading">
        <span></span>
        ${this.renderEye(`Show all of ${group}`, layers, visible)}
        <span class="name">${group}</span>
      </li>
      ${rows}`;
  }

  private renderLayer(layer: Layer): TemplateResult {
    const { id, name, color, isVisible, opacity } = layer;
    const percent = Math.round(opacity * 100);
    const { dragged } = this;
    const drop = dragged?.target === id && (dragged.isAbove ? 'drop-above' : 'drop-below');
    const classes = ['layer', !isVisible && 'is-hidden', dragged?.id === id && 'is-dragged', drop];
    return html`<li part="layer" class=${classes.filter(Boolean).join(' ')} data-layer=${id}>
      <button class="grip" title="Drag to reorder (Alt+Up, Alt+Down)" aria-label="Move ${name}" aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
        @pointerdown=${(event: PointerEvent) => this.startDrag(event, id)} @pointermove=${this.drag}
        @pointerup=${this.drop} @pointercancel=${() => (this.dragged = undefined)}>${grip}</button>
      ${this.renderEye(`Show ${name}`, [layer], isVisible ? 1 : 0)}
      ${color ? html`<span class="swatch" style="background: ${color}"></span>` : html`<span></span>`}
      <span class="name" title=${name}>${name}</span>
      <input type="range" min="0" max="100" .value=${String(percent)} aria-label="Opacity of ${name}" aria-valuetext="${percent} %"
        @input=${(event: Event) => this.change([layer], { opacity: Number((event.target as HTMLInputElement).value) / 100 })} />
      <span class="value">${percent} %</span>
    </li>`;
  }

  private renderEye(label: string, layers: readonly Layer[], visible: number): TemplateResult {
    return html`<label class="eye" title=${label}>
      <input type="checkbox" aria-label=${label} .checked=${visible === layers.length}
        .indeterminate=${visible > 0 && visible < layers.length}
        @change=${(event: Event) => this.change(layers, { isVisible: (event.target as HTMLInputElement).checked })} />
      ${eye}
    </label>`;
  }

  private change(layers: readonly Layer[], change: Partial<Pick<Layer, 'isVisible' | 'opacity'>>): void {
    this.set(changeLayers(this.layers, new Set(layers.map(({ id }) => id)), change));
  }

  private set(layers: readonly Layer[]): void {
    if (layers === this.layers) return;
    this.layers = layers;
    const detail: LayersChangeDetail = { layers };
    this.dispatchEvent(new CustomEvent('layers-change', { detail, bubbles: true, composed: true }));
  }

  private onKey(event: KeyboardEvent): void {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    const focused = event.target as HTMLElement;
    const id = focused.closest<HTMLElement>('.layer')?.dataset['layer'];
    if (id === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const index = this.layers.findIndex((layer) => layer.id === id);
    this.set(moveLayer(this.layers, id, index + (event.key === 'ArrowUp' ? 1 : -1)));
    this.announce(id);
    void this.updateComplete.then(() => this.restoreFocus(id, focused)); // a row that moves on the page loses the focus
  }

  private restoreFocus(id: string, focused: HTMLElement): void {
    const row = [...this.renderRoot.querySelectorAll<HTMLElement>('.layer')].find(
      (each) => each.dataset['layer'] === id,
    );
    const kind = focused instanceof HTMLInputElement ? `input[type=${focused.type}]` : '.grip';
    row?.querySelector<HTMLElement>(kind)?.focus();
  }

  private announce(id: string): void {
    const index = this.layers.findIndex((layer) => layer.id === id);
    this.announcement = `${this.layers[index]?.name}: ${this.layers.length - index} of ${this.layers.length}`;
  }

  private startDrag(event: PointerEvent, id: string): void {
    if (event.button !== 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.dragged = { id };
  }

  private drag(event: PointerEvent): void {
    if (!this.dragged) return;
    const rows = [...this.renderRoot.querySelectorAll<HTMLElement>('.layer')];
    const middle = (row: HTMLElement) => row.getBoundingClientRect().top + row.offsetHeight / 2;
    const below = rows.find((row) => event.clientY < middle(row));
    const target = below ?? rows.at(-1);
    this.dragged = { id: this.dragged.id, target: target?.dataset['layer'], isAbove: below !== undefined };
  }

  private drop(): void {
    const { dragged } = this;
    this.dragged = undefined;
    if (dragged?.target === undefined || dragged.target === dragged.id) return;
    const rest = this.layers.filter(({ id }) => id !== dragged.id);
    const beside = rest.findIndex(({ id }) => id === dragged.target);
    this.set(moveLayer(this.layers, dragged.id, dragged.isAbove ? beside + 1 : beside));
    this.announce(dragged.id);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-layer-list': LayerListElement;
  }
}
