import { css, html, LitElement, nothing } from 'lit';
import type { BatchRow } from '../../state/batch/batch.ts';
import { areaColumns, areaOf, type AreaColumn, type ClassArea } from '../../state/batch/batch-csv.ts';
import { icon } from '../../styles/icons.ts';
import { controls, theme } from '../../styles/theme.ts';

/** What a user wants of an image of the batch. */
export interface BatchRowAction {
  readonly kind: 'show' | 'remove';
  readonly id: number;
}

/**
 * The images of a batch: how far each is, why it failed, and what the classes cover.
 *
 * @element brushwood-batch-table
 * @fires row-action - {@link BatchRowAction}
 */
export class BatchTableElement extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: block;
        overflow: auto;
        max-height: 46vh;
        border: 1px solid var(--_bw-border);
        border-radius: var(--_bw-radius);
      }
      table {
        border-collapse: collapse;
        width: 100%;
        font-size: 12px;
      }
      th,
      td {
        text-align: left;
        padding: 3px 6px;
        vertical-align: top;
      }
      thead th {
        position: sticky;
        top: 0;
        z-index: 1;
        background: var(--_bw-surface-2);
        font-weight: 600;
      }
      tbody tr {
        border-top: 1px solid var(--_bw-border);
      }
      .name {
        max-width: 150px;
        min-width: 96px;
        font-weight: 400;
      }
      .name button {
        border: 0;
        background: none;
        padding: 0;
        min-height: 24px;
        max-width: 100%;
        justify-content: flex-start;
        text-decoration: underline;
        text-underline-offset: 2px;
      }
      .name div,
      .name button {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .number {
        text-align: right;
        white-space: nowrap;
        font-variant-numeric: tabular-nums;
      }
      small {
        display: block;
        color: var(--_bw-text-muted);
      }
      .failed {
        color: var(--_bw-danger);
      }
      .reason {
        border-top: 0;
      }
      .reason td {
        padding-top: 0;
        overflow-wrap: anywhere;
      }
      progress {
        width: 64px;
        accent-color: var(--_bw-accent);
      }
    `,
  ];
  static override properties = {
    rows: { attribute: false },
    isFixed: { attribute: false },
    canShow: { type: Boolean },
  };

  declare rows: readonly BatchRow[];
  /** Must an image stay? */
  declare isFixed: (id: number) => boolean;
  /** May images be opened in the viewer? */
  declare canShow: boolean;

  constructor() {
    super();
    this.rows = [];
    this.isFixed = () => false;
    this.canShow = false;
  }

  override render() {
    const classes = areaColumns(this.rows);
    return html`<table>
      <caption class="visually-hidden">
        Images of the batch
      </caption>
      <thead>
        <tr>
          <th scope="col">Image</th>
          <th scope="col">State</th>
          ${classes.map(({ name }) => html`<th scope="col" class="number">${name}</th>`)}
          <th scope="col"><span class="visually-hidden">Remove</span></th>
        </tr>
      </thead>
      <tbody>
        ${this.rows.map((row) => this.renderRow(row, classes))}
      </tbody>
    </table>`;
  }

  private renderRow(row: BatchRow, classes: readonly AreaColumn[]) {
    const { id, name, state, error, warnings, files } = row;
    const remarks = [...(error === undefined ? [] : [error]), ...warnings];
    return html`<tr>
        <th scope="row" class="name" title=${[name, ...files].join('\n')}>
          ${
            this.canShow && state === 'done' && row.image
              ? html`<button title=${`Look at ${name}`} @click=${() => this.act({ kind: 'show', id })}>${name}</button>`
              : html`<div>${name}</div>`
          }
        </th>
        <td>${renderState(row)}</td>
        ${classes.map((column) => html`<td class="number">${renderArea(areaOf(row, column), row.isFlat)}</td>`)}
        <td>
          <button class="icon" aria-label=${`Remove ${name}`} ?disabled=${this.isFixed(id)} @click=${() => this.act({ kind: 'remove', id })}>
            ${icon('close', 12)}
          </button>
        </td>
      </tr>
      ${
        remarks.length > 0
          ? html`<tr class="reason">
              <td colspan=${3 + classes.length} class=${state === 'failed' ? 'failed' : 'muted'}>${remarks.join(' ')}</td>
            </tr>`
          : nothing
      }`;
  }

  private act(detail: BatchRowAction): void {
    this.dispatchEvent(new CustomEvent<BatchRowAction>('row-action', { detail, bubbles: true, composed: true }));
  }
}

function renderState({ name, state, done, total }: BatchRow) {
  if (state === 'running') {
    return html`<progress aria-label=${`Progress of ${name}`} max=${Math.max(1, total)} value=${done}></progress>`;
  }
  if (state === 'failed') return html`<span class="failed">failed</span>`;
  return state === 'done' ? 'done' : html`<span class="muted">waiting</span>`;
}

function renderArea(area: ClassArea | undefined, isFlat = true) {
  if (!area) return nothing;
  const unit = isFlat ? 'µm²' : 'µm³';
  return html`${(100 * area.share).toFixed(1)} %<small>${area.voxels.toLocaleString('en')}</small>${
    area.measure === undefined ? nothing : html`<small>${shortNumber(area.measure)} ${unit}</small>`
  }`;
}

function shortNumber(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 4 });
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-batch-table': BatchTableElement;
  }
}
