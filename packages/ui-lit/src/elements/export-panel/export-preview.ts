import { css, html, LitElement, nothing } from 'lit';
import { shownBytes, shownName, type PreviewRow } from '../../state/exports/preview-exports.ts';
import { controls, theme } from '../../styles/theme.ts';
import { exportFields } from './export-fields.styles.ts';

/** More are told by their number. */
const shownRows = 12;

/**
 * The files an export would write.
 *
 * @element brushwood-export-preview
 */
export class ExportPreviewElement extends LitElement {
  static override styles = [
    theme,
    controls,
    exportFields,
    css`
      .scroll {
        overflow: auto;
        max-height: 220px;
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
        vertical-align: top;
        padding: 3px 6px;
        border-bottom: 1px solid var(--_bw-border);
      }
      tr:last-child td {
        border-bottom: 0;
      }
      td.name {
        overflow-wrap: anywhere;
        min-width: 110px;
      }
      td.size {
        text-align: right;
        white-space: nowrap;
      }
    `,
  ];
  static override properties = { rows: { attribute: false } };

  declare rows: readonly PreviewRow[];

  constructor() {
    super();
    this.rows = [];
  }

  override render() {
    const { rows } = this;
    if (rows.length === 0) return nothing;
    const total = rows.reduce((sum, { bytes }) => sum + bytes, 0);
    return html`
      <div class="scroll" tabindex="0" role="region" aria-label="Files to write">
        <table>
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Shape</th>
              <th scope="col">Type</th>
              <th scope="col">Size</th>
            </tr>
          </thead>
          <tbody>
            ${rows.slice(0, shownRows).map((row) => this.renderRow(row))}
          </tbody>
        </table>
      </div>
      <small>
        ${rows.length > shownRows ? `${rows.length - shownRows} more. ` : ''}${shownBytes(total)} in all, before compression.
      </small>
    `;
  }

  private renderRow(row: PreviewRow) {
    const { axes, shape, dtype, bytes, problem } = row;
    if (problem !== undefined) {
      return html`<tr>
        <td class="name">${shownName(row)}</td>
        <td colspan="3" class="error">${problem}</td>
      </tr>`;
    }
    return html`<tr>
      <td class="name">${shownName(row)}</td>
      <td>${shape.join(' × ')}<br /><span class="muted">${axes}</span></td>
      <td>${dtype}</td>
      <td class="size">${shownBytes(bytes)}</td>
    </tr>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-export-preview': ExportPreviewElement;
  }
}
