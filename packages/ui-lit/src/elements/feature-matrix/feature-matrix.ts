import {
  addSigma,
  selectAllFeatures,
  type FeaturePlan,
  type FeatureSelection,
  type PixelFilter,
} from '@brushwood/core';
import { html, LitElement, nothing } from 'lit';
import { controls, theme } from '../../styles/theme.ts';
import { styles } from './feature-matrix.styles.ts';

/**
 * Filters × sigmas with a box for each. Headings toggle rows and columns; every sigma of a volume is filtered in 2-D or 3-D.
 *
 * @element brushwood-feature-matrix
 * @fires features-change - `FeatureSelection`: the new selection; the matrix changes nothing by itself.
 * @fires feature-preview - `number | undefined`: the feature plane to show.
 */
export class FeatureMatrixElement extends LitElement {
  static override styles = [theme, controls, styles];
  static override properties = {
    selection: { attribute: false },
    filters: { attribute: false },
    plan: { attribute: false },
    isVolume: { type: Boolean, attribute: 'volume' },
    isDisabled: { type: Boolean, attribute: 'disabled' },
    preview: { type: Number },
  };

  declare selection: FeatureSelection | undefined;
  declare filters: readonly PixelFilter[];
  /** What the selection comes to on the shown image; absent if nothing is ticked. */
  declare plan: FeaturePlan | undefined;
  declare isVolume: boolean;
  declare isDisabled: boolean;
  /** Plane that is shown as a layer. */
  declare preview: number | undefined;

  constructor() {
    super();
    this.filters = [];
    this.isVolume = false;
    this.isDisabled = false;
  }

  override render() {
    const { selection } = this;
    if (!selection) return nothing;
    return html`
      <div class="row tools">
        <button ?disabled=${this.isDisabled} @click=${() => this.change(selectAllFeatures(selection, this.filters))}>
          Select all
        </button>
        <button ?disabled=${this.isDisabled} @click=${() => this.change(withCells(selection, () => false))}>None</button>
        <form class="row" @submit=${(event: SubmitEvent) => this.addSigma(event)}>
          <label class="row">σ <input name="sigma" inputmode="decimal" placeholder="2.4" aria-label="New sigma" /></label>
          <button ?disabled=${this.isDisabled}>Add</button>
        </form>
      </div>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <td></td>
              ${selection.sigmas.map(
                (sigma, column) =>
                  html`<th scope="col">
                    <button
                      ?disabled=${this.isDisabled}
                      title="Toggle all filters at sigma ${sigma}"
                      @click=${() => this.toggleColumn(column)}
                    >
                      ${sigma}
                    </button>
                  </th>`,
              )}
            </tr>
            ${this.isVolume ? this.renderDimensions(selection) : nothing}
          </thead>
          <tbody>
            ${this.renderRows(selection)}
          </tbody>
        </table>
      </div>
      ${this.renderFacts()}
    `;
  }

  private renderDimensions(selection: FeatureSelection) {
    return html`<tr class="dimension">
      <th scope="row" class="muted">Compute in</th>
      ${selection.computeIn2d.map(
        (isFlat, column) =>
          html`<td>
            <button
              ?disabled=${this.isDisabled}
              aria-label="Sigma ${selection.sigmas[column]!} in ${isFlat ? '2-D' : '3-D'}"
              title="2-D: every slice by itself"
              @click=${() =>
                this.change({
                  ...selection,
                  computeIn2d: selection.computeIn2d.map((flat, i) => (i === column ? !flat : flat)),
                })}
            >
              ${isFlat ? '2D' : '3D'}
            </button>
          </td>`,
      )}
    </tr>`;
  }

  private renderRows(selection: FeatureSelection) {
    let group = '';
    return selection.filterIds.map((id, row) => {
      const filter = this.filters.find((other) => other.id === id);
      const heading = filter && filter.group !== group ? (group = filter.group) : undefined;
      return html`${
        heading
          ? html`<tr class="group">
              <th colspan=${selection.sigmas.length + 1}>${heading}</th>
            </tr>`
          : nothing
      }
        <tr>
          <th scope="row">
            <button ?disabled=${this.isDisabled || !filter} title="Toggle all sigmas" @click=${() => this.toggleRow(row)}>
              ${filter?.displayName ?? `${id} (missing)`}
            </button>
          </th>
          ${selection.sigmas.map((sigma, column) => this.renderCell(selection, { filter, row, column, sigma }))}
        </tr>`;
    });
  }

  private renderCell(
    selection: FeatureSelection,
    { filter, row, column, sigma }: { filter?: PixelFilter; row: number; column: number; sigma: number },
  ) {
    if (!filter || sigma < filter.minimumSigma) return html`<td class="muted" title="Not at this sigma">·</td>`;
    return html`<td>
      <label>
        <input
          type="checkbox"
          aria-label="${filter.displayName}, sigma ${sigma}"
          ?disabled=${this.isDisabled}
          .checked=${selection.selected[row]![column]!}
          @change=${() => this.change(withCells(selection, (was, i, j) => (i === row && j === column ? !was : was)))}
        />
      </label>
    </td>`;
  }

  private renderFacts() {
    const { plan } = this;
    if (!plan) return html`<p class="muted">Tick at least one box.</p>`;
    const halo = Math.max(...plan.halo);
    return html`<div class="facts">
      <div class="muted">
        ${plan.featureCount} feature channel${plan.featureCount === 1 ? '' : 's'}, context of ${halo} voxels;
        ${(4 * plan.featureCount).toLocaleString('en')} MB per megapixel kept while you paint.
      </div>
      <label class="row">
        Preview
        <select
          @change=${(event: Event) => {
            const { value } = event.target as HTMLSelectElement;
            this.emit('feature-preview', value === '' ? undefined : Number(value));
          }}
        >
          <option value="" ?selected=${this.preview === undefined}>none</option>
          ${plan.names.map((name, i) => html`<option value=${i} ?selected=${this.preview === i}>${name}</option>`)}
        </select>
      </label>
    </div>`;
  }

  private toggleColumn(column: number): void {
    const { selection } = this;
    if (!selection) return;
    const allowed = this.allowed();
    const isFull = allowed.every((row, i) => !row[column] || selection.selected[i]![column]);
    this.change(withCells(selection, (was, i, j) => (j === column ? !isFull && allowed[i]![j]! : was)));
  }

  private toggleRow(row: number): void {
    const { selection } = this;
    if (!selection) return;
    const allowed = this.allowed();
    const isFull = selection.selected[row]!.every((is, column) => is || !allowed[row]![column]);
    this.change(withCells(selection, (was, i, j) => (i === row ? !isFull && allowed[i]![j]! : was)));
  }

  /** Which cells may be ticked at all. */
  private allowed(): boolean[][] {
    const { filterIds, sigmas } = this.selection!;
    return filterIds.map((id) => {
      const least = this.filters.find((filter) => filter.id === id)?.minimumSigma ?? Number.POSITIVE_INFINITY;
      return sigmas.map((sigma) => sigma >= least);
    });
  }

  private addSigma(event: SubmitEvent): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const input = form.elements.namedItem('sigma') as HTMLInputElement;
    const sigma = Number(input.value.replace(',', '.'));
    const { selection } = this;
    const isNew = selection && Number.isFinite(sigma) && sigma > 0 && sigma <= 100 && !selection.sigmas.includes(sigma);
    input.setCustomValidity(isNew ? '' : 'A number above 0, at most 100, that is not there yet.');
    if (!isNew) {
      input.reportValidity();
      input.addEventListener('input', () => input.setCustomValidity(''), { once: true });
      return;
    }
    input.value = '';
    this.change(addSigma(selection, sigma));
  }

  private change(selection: FeatureSelection): void {
    this.emit('features-change', selection);
  }

  private emit(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

function withCells(
  selection: FeatureSelection,
  cell: (was: boolean, row: number, column: number) => boolean,
): FeatureSelection {
  return {
    ...selection,
    selected: selection.selected.map((cells, row) => cells.map((was, column) => cell(was, row, column))),
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-feature-matrix': FeatureMatrixElement;
  }
}
