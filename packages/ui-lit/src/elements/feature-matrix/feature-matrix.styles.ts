import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }
  .scroll {
    overflow-x: auto;
  }
  table {
    border-collapse: collapse;
    font-size: 12px;
  }
  th,
  td {
    padding: 0;
    text-align: center;
  }
  tbody th {
    width: 145px;
    text-align: left;
    font-weight: 400;
  }
  tbody th button {
    justify-content: flex-start;
    width: 100%;
    border: 0;
    background: none;
    padding: 1px 6px 1px 2px;
    white-space: normal;
    text-align: left;
    line-height: 1.15;
  }
  thead button {
    border: 0;
    background: none;
    padding: 0 3px;
    min-height: 24px;
    min-width: 28px;
    font-variant-numeric: tabular-nums;
  }
  tr.group th {
    color: var(--_bw-text-muted);
    font-size: 11px;
    padding: 5px 2px 1px;
  }
  td label {
    display: grid;
    place-items: center;
    height: 24px;
    min-width: 28px;
    cursor: pointer;
  }
  td:has(:checked) {
    background: color-mix(in srgb, var(--_bw-accent) 18%, transparent);
  }
  .dimension button {
    font-size: 11px;
    color: var(--_bw-text-muted);
  }
  select {
    flex: 1;
  }
  .facts {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 4px;
    margin-top: 8px;
  }
  .tools {
    flex-wrap: wrap;
    margin-bottom: 6px;
  }
  .tools input {
    width: 64px;
  }
`;
