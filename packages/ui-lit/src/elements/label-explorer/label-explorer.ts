import type { LabelClass } from '@brushwood/core';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { deleteStroke } from '../../state/label-edits.ts';
import {
  LabelStrokeList,
  pickStrokes,
  totalsOf,
  type ListedStroke,
  type StrokeFilter,
  type StrokeOrder,
} from '../../state/label-stroke-list.ts';
import type { Labeling } from '../../state/labeling.ts';
import { cssColor } from '../../state/layer-stack.ts';
import { icon } from '../../styles/icons.ts';
import { controls, theme } from '../../styles/theme.ts';
import { LabelingFollower } from '../labeling-follower.ts';
import { styles } from './label-explorer.styles.ts';

const pageSize = 50;
/** Longer than a stroke that is being painted leaves the panels alone: strokes are looked for when it is done. */
const patience = 300;
const orders: Readonly<Record<StrokeOrder, string>> = {
  largest: 'Largest first',
  smallest: 'Smallest first',
  place: 'By place',
};

/**
 * The strokes of a project: how many of every class, and a list of them that leads to each, where it can be deleted.
 *
 * @element brushwood-label-explorer
 */
export class LabelExplorerElement extends LitElement {
  static override styles = [theme, controls, styles];
  static override properties = {
    labeling: { attribute: false },
    isOpen: { attribute: false },
    filter: { state: true },
    page: { state: true },
    current: { state: true },
  };

  declare labeling: Labeling | undefined;
  /** Strokes are looked for, and listed, while it is open. Default false. */
  declare isOpen: boolean;
  declare private filter: StrokeFilter;
  declare private page: number;
  /** The one that was gone to last. */
  declare private current: ListedStroke | undefined;
  private list: LabelStrokeList | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.isOpen = false;
    this.filter = { order: 'largest' };
    this.page = 0;
    new LabelingFollower(this);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('labeling')) return;
    this.list?.stop();
    this.list = this.labeling && new LabelStrokeList(this.labeling, () => this.requestUpdate());
  }

  protected override updated(): void {
    clearTimeout(this.timer);
    if (this.isOpen) this.timer = setTimeout(() => void this.list?.update(), patience);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.list?.stop();
  }

  override render() {
    const { labeling, list } = this;
    if (!labeling || !list || !this.isOpen) return nothing;
    const { classes, lanes } = labeling.project;
    const picked = pickStrokes(list.strokes, this.filter);
    const pages = Math.max(1, Math.ceil(picked.length / pageSize));
    const page = Math.min(this.page, pages - 1);
    const first = page * pageSize;
    return html`
      ${this.renderTotals(list.strokes, classes)}
      <div class="pick">
        ${this.renderChoice('Strokes of class', ['All classes', ...classes.map(({ name }) => name)], this.filter.label ?? 0, (at) => ({ label: at === 0 ? undefined : at }))}
        ${
          lanes.length > 1
            ? this.renderChoice(
                'Strokes of image',
                ['All images', ...lanes.map(({ rawData }) => rawData.nickname)],
                (this.filter.laneIndex ?? -1) + 1,
                (at) => ({ laneIndex: at === 0 ? undefined : at - 1 }),
              )
            : nothing
        }
        ${this.renderChoice('Order of strokes', Object.values(orders), Object.keys(orders).indexOf(this.filter.order), (at) => ({ order: (Object.keys(orders) as StrokeOrder[])[at]! }))}
      </div>
      ${
        picked.length > 0
          ? html`<ol aria-label="Strokes" start=${first + 1}>
            ${picked.slice(first, first + pageSize).map((stroke) => this.renderStroke(stroke, labeling))}
          </ol>`
          : html`<span class="muted">${list.isSearching ? 'Looking for strokes …' : 'No strokes yet.'}</span>`
      }
      ${pages > 1 ? this.renderPages(page, { pages, count: picked.length }) : nothing}
    `;
  }

  private renderTotals(strokes: readonly ListedStroke[], classes: readonly LabelClass[]) {
    return html`<table>
      <thead>
        <tr>
          <th scope="col">Class, all images</th>
          <th scope="col">Voxels</th>
          <th scope="col">Strokes</th>
        </tr>
      </thead>
      <tbody>
        ${totalsOf(strokes, classes.length).map(({ voxels, strokes: count }, i) => {
          const { name, color } = classes[i]!;
          return html`<tr>
            <th scope="row"><span class="swatch" style="background: ${cssColor(color)}"></span>${name}</th>
            <td>${voxels.toLocaleString('en')}</td>
            <td>${count.toLocaleString('en')}</td>
          </tr>`;
        })}
      </tbody>
    </table>`;
  }

  private renderChoice(
    name: string,
    options: readonly string[],
    chosen: number,
    change: (index: number) => Partial<StrokeFilter>,
  ) {
    const choose = (event: Event) => {
      this.filter = { ...this.filter, ...change((event.target as HTMLSelectElement).selectedIndex) };
      this.page = 0;
    };
    return html`<select aria-label=${name} @change=${choose}>
      ${options.map((text, i) => html`<option ?selected=${i === chosen}>${text}</option>`)}
    </select>`;
  }

  private renderStroke(stroke: ListedStroke, labeling: Labeling) {
    const { classes, lanes } = labeling.project;
    const { label, voxelCount, at, laneIndex } = stroke;
    const item = classes[label - 1];
    const lane = lanes[laneIndex];
    const place = placeText(at, lane?.labels.shape ?? at);
    const image = lanes.length > 1 ? `${lane?.rawData.nickname ?? ''}: ` : '';
    const size = `${voxelCount.toLocaleString('en')} px`;
    const name = item?.name ?? `Label ${label}`;
    return html`<li>
      <button
        class="go"
        aria-current=${isSameStroke(this.current, stroke)}
        aria-label=${`Go to ${name}, ${image}${place}, ${size}`}
        title=${`${name} – show it`}
        @click=${() => this.goTo(stroke)}
      >
        <span class="swatch" style="background: ${item ? cssColor(item.color) : 'none'}"></span>
        <span class="place">${image}${place}</span>
        <span class="muted">${size}</span>
      </button>
      <button
        class="icon"
        aria-label=${`Delete this stroke of ${name} at ${place}`}
        title="Delete this stroke"
        @click=${() => this.delete(stroke)}
      >
        ${icon('trash', 14)}
      </button>
    </li>`;
  }

  private renderPages(page: number, { pages, count }: { pages: number; count: number }) {
    const last = Math.min((page + 1) * pageSize, count);
    return html`<div class="pages">
      <button ?disabled=${page === 0} @click=${() => (this.page = page - 1)}>Previous</button>
      <span role="status">${page * pageSize + 1}–${last} of ${count.toLocaleString('en')}</span>
      <button ?disabled=${page >= pages - 1} @click=${() => (this.page = page + 1)}>Next</button>
    </div>`;
  }

  private goTo(stroke: ListedStroke): void {
    const [t, , z, y, x] = stroke.at;
    this.current = stroke;
    void this.labeling?.goTo({ t, z, y, x }, stroke.laneIndex);
  }

  private delete(stroke: ListedStroke): void {
    if (this.labeling) deleteStroke(this.labeling, stroke.laneIndex, stroke);
  }
}

function placeText([t, , z, y, x]: ListedStroke['at'], shape: ListedStroke['at']): string {
  const parts = [`x ${x}`, `y ${y}`];
  if (shape[2] > 1) parts.push(`z ${z}`);
  if (shape[0] > 1) parts.push(`t ${t}`);
  return parts.join(' ');
}

function isSameStroke(a: ListedStroke | undefined, b: ListedStroke): boolean {
  return a !== undefined && a.laneIndex === b.laneIndex && String(a.at) === String(b.at);
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-label-explorer': LabelExplorerElement;
  }
}
