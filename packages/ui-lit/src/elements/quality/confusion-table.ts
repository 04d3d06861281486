import type { ConfusionMatrix, LabelClass } from '@brushwood/core';
import { css, html, type TemplateResult } from 'lit';

/** Of the tables of figures. */
export const figureStyles = css`
  table {
    border-collapse: collapse;
    width: 100%;
    font-size: 12px;
    font-variant-numeric: tabular-nums;
  }
  caption {
    text-align: left;
    color: var(--_bw-text-muted);
    padding: 4px 0 2px;
  }
  th,
  td {
    padding: 3px 4px;
    text-align: right;
    font-weight: 400;
    border-bottom: 1px solid var(--_bw-border);
  }
  th {
    color: var(--_bw-text-muted);
  }
  th[scope='row'] {
    text-align: left;
    color: inherit;
  }
  .name {
    display: flex;
    align-items: center;
    gap: 5px;
    max-width: 96px;
  }
  .name span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .swatch {
    flex: none;
    width: 10px;
    height: 10px;
    border-radius: 2px;
    border: 1px solid var(--_bw-border);
  }
  .wide {
    overflow-x: auto;
  }
  td.heat {
    min-width: 34px;
    border: 1px solid var(--_bw-surface);
  }
`;

/** A class by its colour and name. */
export function className({ name, color }: LabelClass): TemplateResult {
  return html`<span class="name" title=${name}
    ><i class="swatch" style="background: rgb(${color.join(' ')})"></i><span>${name}</span></span
  >`;
}

/** How often each class was taken for which, in percent of its own voxels; the darker the more. */
export function confusionTable(
  confusion: ConfusionMatrix,
  classes: readonly LabelClass[],
  { caption }: { readonly caption: string },
): TemplateResult {
  const cell = (row: readonly number[], truth: number, predicted: number) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    const share = total > 0 ? row[predicted]! / total : 0;
    const color = truth === predicted ? '--_bw-accent' : '--_bw-danger';
    // Half of the colour at most: text stays readable on it.
    const heat = `background: color-mix(in srgb, var(${color}) ${(45 * share).toFixed(1)}%, transparent)`;
    return html`<td class="heat" style=${heat} title="${row[predicted]} voxels">${total > 0 ? shareText(share) : '–'}</td>`;
  };
  return html`<div class="wide" tabindex="0" role="region" aria-label=${caption}>
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          <td></td>
          ${classes.map((item) => html`<th scope="col">${className(item)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${confusion.map(
          (row, truth) => html`<tr>
            <th scope="row">${classes[truth] ? className(classes[truth]) : truth + 1}</th>
            ${row.map((_, predicted) => cell(row, truth, predicted))}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Precision, recall and overlap of every class. */
export function figuresTable(
  figures: readonly { readonly precision: number; readonly recall: number; readonly iou: number }[],
  classes: readonly LabelClass[],
): TemplateResult {
  return html`<table>
    <thead>
      <tr>
        <td></td>
        <th scope="col" title="Of what was predicted as this class, how much is right">Precision</th>
        <th scope="col" title="Of what is this class, how much was found">Recall</th>
        <th scope="col" title="Overlap: intersection over union">IoU</th>
      </tr>
    </thead>
    <tbody>
      ${figures.map(
        ({ precision, recall, iou }, i) => html`<tr>
          <th scope="row">${classes[i] ? className(classes[i]) : i + 1}</th>
          ${[precision, recall, iou].map((value) => html`<td>${percentText(value)}</td>`)}
        </tr>`,
      )}
    </tbody>
  </table>`;
}

/** A share in percent, a dash where there is none. */
export function percentText(share: number): string {
  return Number.isNaN(share) ? '–' : `${(100 * share).toFixed(1)} %`;
}

function shareText(share: number): string {
  const percent = 100 * share;
  return percent > 0 && percent < 0.5 ? '<1' : percent.toFixed(0);
}
