import type { ExportSource } from '@brushwood/core';
import { css, html, LitElement, nothing } from 'lit';
import type { ExportRequest } from '../../state/export-results.ts';
import { icon } from '../../styles/icons.ts';
import { controls, theme } from '../../styles/theme.ts';

/** How far an export is. */
export interface ExportProgress {
  readonly text: string;
  readonly done: number;
  readonly total: number;
}

/**
 * What to export of which images, and how.
 *
 * @element brushwood-export-panel
 * @fires export-start - {@link ExportRequest}
 * @fires export-cancel - The export under way is to stop.
 */
export class ExportPanelElement extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: grid;
        gap: 10px;
      }
      fieldset {
        border: 1px solid var(--_bw-border);
        border-radius: var(--_bw-radius);
        padding: 6px 10px 8px;
        margin: 0;
        display: grid;
        gap: 5px;
      }
      legend {
        font-weight: 600;
        font-size: 12px;
        padding: 0 4px;
      }
      label {
        display: flex;
        gap: 6px;
        align-items: center;
      }
      progress {
        width: 100%;
        accent-color: var(--_bw-accent);
      }
      ul {
        margin: 0;
        padding-left: 16px;
        overflow-wrap: anywhere;
      }
      small {
        color: var(--_bw-text-muted);
      }
    `,
  ];
  static override properties = {
    sources: { attribute: false },
    imageNames: { attribute: false },
    shown: { type: Number },
    progress: { attribute: false },
    message: { type: String },
    chosen: { state: true },
    preset: { state: true },
    isAll: { state: true },
  };

  declare sources: readonly ExportSource[];
  declare imageNames: readonly string[];
  /** Index of the image in the viewer. */
  declare shown: number;
  /** Of the export under way; absent if there is none. */
  declare progress: ExportProgress | undefined;
  /** What came of the last export. */
  declare message: string;
  declare chosen: ReadonlySet<string>;
  declare preset: 'python' | 'fiji' | 'uint16';
  declare isAll: boolean;

  constructor() {
    super();
    this.sources = [];
    this.imageNames = [];
    this.shown = 0;
    this.message = '';
    this.chosen = new Set(['segmentation']);
    this.preset = 'fiji';
    this.isAll = false;
  }

  override render() {
    const { progress } = this;
    const lanes = this.lanes();
    const names = this.sources.filter(({ id }) => this.chosen.has(id)).map(({ displayName }) => displayName);
    return html`
      <fieldset>
        <legend>What</legend>
        ${this.sources.map(
          ({ id, displayName }) =>
            html`<label>
              <input type="checkbox" .checked=${this.chosen.has(id)} @change=${() => this.toggle(id)} />
              ${displayName}
            </label>`,
        )}
      </fieldset>
      <fieldset>
        <legend>How</legend>
        ${this.renderPreset('fiji', 'For Fiji: 8-bit ImageJ TIFF, display range and colours set')}
        ${this.renderPreset('uint16', '16-bit OME-TIFF')} ${this.renderPreset('python', 'For Python: 32-bit OME-TIFF')}
      </fieldset>
      ${
        this.imageNames.length > 1
          ? html`<fieldset>
            <legend>Images</legend>
            <label>
              <input type="checkbox" .checked=${this.isAll} @change=${() => (this.isAll = !this.isAll)} />
              All ${this.imageNames.length} images of the project
            </label>
          </fieldset>`
          : nothing
      }
      <div>
        <small>Files</small>
        <ul>
          ${lanes.flatMap((lane) => names.map((name) => html`<li>${this.imageNames[lane]}_${name}.tif</li>`))}
        </ul>
      </div>
      ${
        progress
          ? html`<div role="status">
              ${progress.text}<progress max=${Math.max(1, progress.total)} value=${progress.done}></progress>
            </div>
            <button @click=${() => this.emit('export-cancel')}>Cancel</button>`
          : html`<button
            class="primary"
            ?disabled=${this.chosen.size === 0 || this.imageNames.length === 0}
            @click=${() => this.start()}
          >
            ${icon('download')} Export
          </button>`
      }
      <small role="status">${progress ? '' : this.message}</small>
    `;
  }

  private renderPreset(preset: 'python' | 'fiji' | 'uint16', text: string) {
    return html`<label>
      <input type="radio" name="preset" .checked=${this.preset === preset} @change=${() => (this.preset = preset)} />
      ${text}
    </label>`;
  }

  private toggle(id: string): void {
    const chosen = new Set(this.chosen);
    if (!chosen.delete(id)) chosen.add(id);
    this.chosen = chosen;
  }

  private lanes(): number[] {
    return this.isAll ? this.imageNames.map((_, i) => i) : this.imageNames.length > 0 ? [this.shown] : [];
  }

  private start(): void {
    const request: ExportRequest = {
      sources: this.sources.filter(({ id }) => this.chosen.has(id)).map(({ id }) => id),
      dtype: { fiji: 'uint8', uint16: 'uint16', python: 'float32' }[this.preset] as ExportRequest['dtype'],
      flavour: this.preset === 'fiji' ? 'imagej' : 'ome',
      lanes: this.lanes(),
    };
    this.emit('export-start', request);
  }

  private emit(type: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-export-panel': ExportPanelElement;
  }
}
