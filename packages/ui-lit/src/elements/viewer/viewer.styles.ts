import { css } from 'lit';

/** The canvas stays dark in light and dark pages, so that a picture looks the same in both; what lies on it is light. */
export const viewerStyles = css`
  :host {
    --viewer-bg: var(--bw-viewer-bg, #181a1b);
    --chip-bg: rgb(16 18 19 / 0.72);
    --chip-text: #e6e8ea;
    --chip-muted: #a2abb3;
    display: flex;
    flex-direction: column;
    min-width: 0;
    min-height: 0;
    contain: layout paint style;
    background: var(--viewer-bg);
    overflow: hidden;
  }
  .views {
    position: relative;
    flex: 1;
    min-height: 0;
    display: grid;
    grid-template: minmax(0, 1fr) / minmax(0, 1fr);
  }
  .views.quad {
    grid-template: repeat(2, minmax(0, 1fr)) / repeat(2, minmax(0, 1fr));
    gap: 1px;
    background: var(--_bw-border);
  }
  .pane {
    display: flex;
    flex-direction: column;
    min-width: 0;
    min-height: 0;
    background: var(--viewer-bg);
  }
  .pane[hidden] {
    display: none;
  }
  .stage {
    position: relative;
    flex: 1;
    min-height: 0;
    overflow: hidden;
    touch-action: none;
    user-select: none;
    cursor: var(--tool-cursor, grab);
  }
  .stage.is-panning {
    cursor: grabbing;
  }
  .stage:focus-visible {
    outline: none;
  }
  .stage:focus-visible::after {
    content: '';
    position: absolute;
    inset: 0;
    border: 2px solid var(--_bw-focus, #4ea1f7);
    pointer-events: none;
  }
  .axis-x {
    color: light-dark(#b0403a, #e5746f);
  }
  .axis-y {
    color: light-dark(#3f7a30, #7cb66b);
  }
  .axis-z {
    color: light-dark(#2d6cb0, #6ba3e0);
  }
  canvas {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    pointer-events: none;
  }
  .chip {
    padding: 2px 7px;
    border-radius: 3px;
    background: var(--chip-bg);
    color: var(--chip-text);
    font-size: 11.5px;
    line-height: 16px;
    font-variant-numeric: tabular-nums;
    pointer-events: none;
  }
  .name {
    position: absolute;
    top: 8px;
    left: 8px;
    font-weight: 600;
  }
  .scale-bar {
    position: absolute;
    left: 8px;
    bottom: 8px;
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: 3px;
  }
  .scale-bar .bar {
    height: 3px;
    background: var(--chip-text);
  }
  .slice-bar,
  .time-bar {
    display: flex;
    align-items: center;
    gap: 8px;
    height: 26px;
    padding: 0 4px 0 8px;
    background: var(--_bw-surface, #202326);
    border-top: 1px solid var(--_bw-border);
    font-size: 11.5px;
    font-variant-numeric: tabular-nums;
  }
  .slice-bar .axis,
  .time-bar .axis {
    font-weight: 600;
    min-width: 0.8em;
  }
  .slice-bar input,
  .time-bar input {
    flex: 1;
    min-width: 20px;
    height: 24px;
  }
  .slice-bar .value,
  .time-bar .value {
    min-width: 62px;
    text-align: right;
    color: var(--_bw-text-muted);
  }
  button.small {
    width: 24px;
    min-width: 24px;
    min-height: 24px;
    padding: 0;
    border: 0;
    background: none;
  }
  @media (pointer: coarse) {
    button.small {
      width: 40px;
      min-width: 40px;
      min-height: 40px;
    }
    .slice-bar,
    .time-bar {
      height: 44px;
    }
  }
  button.small svg {
    width: 15px;
    height: 15px;
  }
  button.small[aria-pressed='true'],
  button.small[aria-pressed='true']:hover {
    color: var(--_bw-accent);
    background: color-mix(in srgb, var(--_bw-accent) 16%, transparent);
  }
  .single .info {
    display: contents;
  }
  .single .controls,
  .single .readout {
    position: absolute;
    right: 8px;
  }
  .single .controls {
    top: 8px;
    display: flex;
    align-items: center;
    padding: 1px;
    border-radius: 4px;
    background: var(--chip-bg);
    color: var(--chip-text);
  }
  .single .controls button:hover:not(:disabled) {
    background: rgb(255 255 255 / 0.14);
  }
  .single .controls button[aria-pressed='true'] {
    color: #8cc2fb;
    background: rgb(255 255 255 / 0.16);
  }
  .single .readout {
    bottom: 8px;
    display: flex;
    gap: 10px;
    max-width: calc(100% - 180px);
    white-space: nowrap;
    overflow: hidden;
  }
  .single.has-slices .readout {
    bottom: 34px;
  }
  .single .readout:has(.coordinates:empty) {
    visibility: hidden;
  }
  .coordinates {
    white-space: pre;
  }
  .zoom {
    min-width: 44px;
    text-align: center;
    font-size: 11.5px;
    font-variant-numeric: tabular-nums;
  }
  .quad .info {
    display: flex;
    flex-direction: column;
    gap: 12px;
    min-width: 0;
    min-height: 0;
    padding: 12px;
    overflow: auto;
    background: var(--_bw-surface);
  }
  .quad .controls {
    display: flex;
    align-items: center;
    gap: 2px;
    flex-wrap: wrap;
  }
  .quad .position {
    display: grid;
    grid-template-columns: auto 76px auto;
    align-items: center;
    justify-content: start;
    gap: 5px 8px;
    font-variant-numeric: tabular-nums;
  }
  .quad .position input {
    width: 76px;
    text-align: right;
  }
  .quad .readout {
    display: flex;
    flex-direction: column;
    gap: 4px;
    padding: 0;
    background: none;
    color: var(--_bw-text-muted);
    font-size: 12px;
    min-height: 32px;
  }
  .no-hud .readout,
  .no-hud .scale-bar,
  .no-hud .name,
  .no-hud.single .controls {
    display: none;
  }
  @media (forced-colors: active) {
    .chip {
      border: 1px solid;
    }
  }
`;
