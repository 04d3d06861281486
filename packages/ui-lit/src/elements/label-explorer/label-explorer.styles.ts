import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }
  .pick {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    margin-bottom: 6px;
  }
  .pick select {
    flex: 1 1 120px;
  }
  ol {
    list-style: none;
    margin: 0;
    padding: 0;
    max-height: 260px;
    overflow-y: auto;
    scrollbar-width: thin;
    border: 1px solid var(--_bw-border);
    border-radius: var(--_bw-radius);
  }
  li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: center;
  }
  li + li {
    border-top: 1px solid var(--_bw-border);
  }
  button.go {
    display: grid;
    grid-template-columns: 12px minmax(0, 1fr) auto;
    gap: 6px;
    justify-items: start;
    width: 100%;
    min-height: 28px;
    border: 0;
    border-radius: 0;
    background: none;
    padding: 2px 6px;
    text-align: left;
    font-variant-numeric: tabular-nums;
  }
  button.go[aria-current='true'] {
    background: var(--_bw-surface-2);
  }
  .swatch {
    width: 12px;
    height: 12px;
    border-radius: 3px;
    border: 1px solid var(--_bw-border);
  }
  .place {
    overflow: hidden;
    text-overflow: ellipsis;
    max-width: 100%;
  }
  button.icon {
    width: 26px;
    min-width: 26px;
  }
  .pages {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 6px;
    margin-top: 6px;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    margin-bottom: 8px;
    font-variant-numeric: tabular-nums;
  }
  th {
    font-weight: 400;
    text-align: left;
  }
  thead th {
    color: var(--_bw-text-muted);
    font-size: 11px;
  }
  td,
  thead th + th {
    text-align: right;
  }
  tbody th {
    display: flex;
    align-items: center;
    gap: 6px;
    min-height: 20px;
  }
`;
