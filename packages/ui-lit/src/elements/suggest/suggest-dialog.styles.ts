import { css } from 'lit';

export const suggestStyles = css`
  :host {
    display: grid;
    gap: 8px;
    padding: 8px 10px;
    border: 1px solid var(--_bw-border);
    border-radius: 6px;
    background: var(--_bw-surface);
  }
  form,
  .parameters {
    display: grid;
    gap: 6px;
  }
  .parameters label {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 76px;
    align-items: center;
    gap: 8px;
  }
  .run {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    min-height: 28px;
  }
  .run progress {
    flex: 1;
    min-width: 60px;
    height: 6px;
    accent-color: var(--_bw-accent);
  }
  .status {
    flex-basis: 100%;
    min-height: 18px;
    font-size: 12px;
    overflow-wrap: anywhere;
  }
  .sets {
    overflow-x: auto;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 12px;
  }
  th,
  td {
    padding: 3px 4px;
    text-align: right;
    border-bottom: 1px solid var(--_bw-border);
    font-variant-numeric: tabular-nums;
  }
  th {
    font-weight: 600;
    vertical-align: bottom;
  }
  th:first-child {
    text-align: left;
  }
  tbody th {
    font-weight: 400;
  }
  tbody th label {
    display: flex;
    gap: 6px;
    align-items: center;
    min-height: 24px;
    cursor: pointer;
  }
  tr[aria-selected='true'],
  tr.selected {
    background: var(--_bw-surface-2);
  }
  .best {
    font-weight: 600;
  }
  p {
    margin: 0;
    font-size: 12px;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    justify-content: flex-end;
  }
`;
