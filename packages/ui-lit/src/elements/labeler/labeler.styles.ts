import { css } from 'lit';

export const styles = css`
  :host {
    --_layers: 272px;
    display: grid;
    grid-template-columns: 296px minmax(0, 1fr) var(--_layers);
    grid-template-rows: minmax(0, 1fr) auto;
    height: 100%;
    min-height: min(320px, 100%);
    background: var(--_bw-bg);
  }
  :host([panel-replaced]) {
    grid-template-columns: 372px minmax(0, 1fr) var(--_layers);
  }
  :host([compact]) {
    grid-template-columns: 250px minmax(0, 1fr);
  }
  :host([compact]) aside.right,
  :host([compact]) [aria-controls='right-panel'] {
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
  aside:focus-visible {
    outline-offset: -2px;
  }
  main {
    grid-column: 2;
    grid-row: 1;
  }
  footer {
    grid-column: 1 / -1;
    display: flex;
    align-items: center;
    min-height: 24px;
    padding: 0 10px;
    font-size: 12px;
    color: var(--_bw-text-muted);
    background: var(--_bw-surface);
    border-top: 1px solid var(--_bw-border);
    font-variant-numeric: tabular-nums;
  }
  .status {
    flex: 1;
    min-width: 0;
    display: flex;
    flex-wrap: wrap;
    gap: 0 14px;
  }
  button.drawer {
    display: none;
  }
  :host([narrow]) footer {
    gap: 10px;
    min-height: 34px;
    padding: 2px 6px;
  }
  :host([narrow]) button.drawer {
    display: inline-flex;
    color: var(--_bw-text);
  }
  button.drawer[aria-expanded='true'] {
    background: var(--_bw-surface-2);
  }
  button.drawer[aria-controls='right-panel'] svg {
    scale: -1 1;
  }
  /* Panels beside the picture that can be closed. */
  :host([narrow]) {
    grid-template-columns: auto minmax(0, 1fr) auto;
  }
  :host([narrow]) aside {
    grid-row: 1;
    width: 296px;
  }
  :host([narrow][panel-replaced]) aside.left {
    width: 372px;
  }
  :host([narrow]) aside.right {
    grid-column: 3;
    width: 272px;
  }
  :host([narrow]:not([left-open])) aside.left,
  :host([narrow]:not([right-open])) aside.right {
    display: none;
  }
  @media (pointer: coarse) {
    :host([narrow]) aside {
      width: 336px;
    }
    :host([narrow][panel-replaced]) aside.left {
      width: 430px;
    }
    :host([narrow]) aside.right {
      width: 320px;
    }
  }
  /* Without an image there is nothing to set. */
  :host([narrow]) .bare,
  :host([narrow]) .bare ~ footer button.drawer {
    display: none !important;
  }
  /* On the picture. */
  :host([overlaid]) {
    grid-template-columns: minmax(0, 1fr);
  }
  :host([overlaid]) main {
    grid-column: 1;
  }
  :host([overlaid]) aside,
  :host([overlaid][panel-replaced]) aside.left {
    grid-column: 1;
    max-width: calc(100% - 48px);
    z-index: 15;
    box-shadow: 0 0 24px rgb(0 0 0 / 40%);
  }
  :host([overlaid]) aside.right {
    grid-column: 1;
    width: 320px;
    justify-self: end;
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
  @media (pointer: coarse) {
    :host {
      --_layers: 312px; /* names of layers beside handles for fingers */
    }
  }
`;
