import { css } from 'lit';

export const styles = css`
  :host {
    display: grid;
    grid-template-columns: 296px minmax(0, 1fr) 262px;
    grid-template-rows: minmax(0, 1fr) auto;
    height: 100%;
    min-height: 320px;
    background: var(--_bw-bg);
  }
  :host([panel-replaced]) {
    grid-template-columns: 372px minmax(0, 1fr) 262px;
  }
  :host([compact]) {
    grid-template-columns: 250px minmax(0, 1fr);
  }
  :host([compact]) aside.right {
    display: none;
  }
  aside {
    overflow-y: auto;
    background: var(--_bw-surface);
    border-right: 1px solid var(--_bw-border);
    scrollbar-width: thin;
  }
  aside.right {
    border-right: 0;
    border-left: 1px solid var(--_bw-border);
  }
  brushwood-viewer {
    width: 100%;
    height: 100%;
    min-width: 0;
    min-height: 0;
  }
  main {
    position: relative;
    min-width: 0;
    min-height: 0;
  }
  .empty {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
    padding: 24px;
    text-align: center;
    pointer-events: none;
  }
  footer {
    grid-column: 1 / -1;
    display: flex;
    align-items: center;
    gap: 14px;
    height: 24px;
    padding: 0 10px;
    font-size: 12px;
    color: var(--_bw-text-muted);
    background: var(--_bw-surface);
    border-top: 1px solid var(--_bw-border);
    overflow: hidden;
    white-space: nowrap;
    font-variant-numeric: tabular-nums;
  }
  .problem {
    position: absolute;
    left: 50%;
    bottom: 14px;
    transform: translateX(-50%);
    max-width: min(680px, 92%);
    display: flex;
    gap: 10px;
    align-items: flex-start;
    padding: 8px 10px;
    background: var(--_bw-surface);
    color: var(--_bw-text);
    border: 1px solid var(--_bw-danger);
    border-left-width: 4px;
    border-radius: var(--_bw-radius);
    box-shadow: 0 4px 18px rgb(0 0 0 / 35%);
    z-index: 10;
  }
`;
