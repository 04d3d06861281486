import { css } from 'lit';

/** Of the panels of what is done before features and after predictions. */
export const processingStyles = css`
  :host {
    display: block;
  }
  details.section {
    border: 1px solid var(--_bw-border);
    border-radius: var(--_bw-radius);
  }
  summary > span {
    flex: none;
  }
  summary small {
    min-width: 0;
    margin-left: auto;
    font-weight: 400;
    text-align: right;
  }
  .body {
    display: grid;
    gap: 10px;
    grid-template-columns: minmax(0, 1fr);
  }
  fieldset {
    border: 0;
    padding: 0;
    margin: 0;
    min-width: 0;
    display: grid;
    gap: 4px;
  }
  legend {
    padding: 0;
    font-weight: 600;
    font-size: 12px;
    margin-bottom: 2px;
  }
  label.line,
  div.line {
    display: flex;
    align-items: center;
    gap: 6px;
    min-height: 24px;
  }
  .line > .name {
    flex: 0 1 104px;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .line > input[type='range'],
  .line > select {
    flex: 1 1 60px;
    min-width: 0;
  }
  .line > input[type='range'] {
    height: 24px;
  }
  input[type='number'] {
    width: 76px;
  }
  .swatch {
    flex: none;
    width: 12px;
    height: 12px;
    border-radius: 2px;
    border: 1px solid var(--_bw-border);
  }
  .swatch.none {
    background: repeating-conic-gradient(var(--_bw-surface-2) 0 25%, var(--_bw-border) 0 50%) 0 0 / 8px 8px;
  }
  small {
    color: var(--_bw-text-muted);
    font-size: 12px;
  }
  table {
    border-collapse: collapse;
    width: 100%;
    font-variant-numeric: tabular-nums;
  }
  th {
    font-weight: 400;
    font-size: 12px;
    color: var(--_bw-text-muted);
    text-align: right;
  }
  th:first-child,
  td:first-child {
    text-align: left;
    overflow-wrap: anywhere;
  }
  td {
    text-align: right;
    padding: 2px 0 2px 6px;
    vertical-align: middle;
  }
  td:first-child {
    padding-left: 0;
  }
  tr[aria-current='true'] td:first-child {
    font-weight: 600;
  }
  td .swatch {
    display: inline-block;
    margin-right: 6px;
  }
  .choice {
    display: flex;
    gap: 4px;
  }
  .choice button {
    flex: 1;
  }
  td > canvas {
    display: inline-block;
    vertical-align: middle;
    width: 64px;
    height: 64px;
    object-fit: contain;
    border-radius: 2px;
    background: #000;
  }
`;
