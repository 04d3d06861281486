import { css } from 'lit';

/**
 * The custom properties every element uses, light or dark as the page asks (`color-scheme`). Set any of them on an element, or on
 * `:root`, to restyle it. One accent colour; everything else is grey, so that the image is what is seen.
 */
export const theme = css`
  :host {
    --bw-bg: light-dark(#f3f4f5, #17191b);
    --bw-surface: light-dark(#ffffff, #202326);
    --bw-surface-2: light-dark(#e9ebed, #2b2f33);
    --bw-border: light-dark(#d3d7db, #3a3f44);
    --bw-text: light-dark(#1c2024, #e6e8ea);
    --bw-text-muted: light-dark(#5a636c, #9aa3ab);
    --bw-accent: light-dark(#0b6bcb, #4ea1f7);
    --bw-accent-text: light-dark(#ffffff, #0b1016);
    --bw-danger: light-dark(#b3261e, #ff8a80);
    --bw-focus: var(--bw-accent);
    --bw-radius: 4px;
    --bw-font: 13px/1.35 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
    font: var(--bw-font);
    color: var(--bw-text);
  }
`;

/** Buttons, inputs and lists as all elements show them. */
export const controls = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  button,
  input,
  select,
  textarea {
    font: inherit;
    color: inherit;
  }
  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 5px;
    min-height: 26px;
    padding: 2px 9px;
    border: 1px solid var(--bw-border);
    border-radius: var(--bw-radius);
    background: var(--bw-surface);
    cursor: pointer;
    white-space: nowrap;
  }
  button:hover:not(:disabled) {
    background: var(--bw-surface-2);
  }
  button:disabled {
    opacity: 0.45;
    cursor: default;
  }
  button.primary,
  button[aria-pressed='true'],
  button[aria-checked='true'] {
    background: var(--bw-accent);
    border-color: var(--bw-accent);
    color: var(--bw-accent-text);
  }
  button.primary:hover:not(:disabled),
  button[aria-pressed='true']:hover,
  button[aria-checked='true']:hover {
    background: color-mix(in srgb, var(--bw-accent) 85%, var(--bw-text));
  }
  button.icon {
    width: 28px;
    min-width: 28px;
    padding: 0;
    border-color: transparent;
    background: none;
  }
  button.icon:hover:not(:disabled) {
    background: var(--bw-surface-2);
  }
  button.icon[aria-pressed='true'],
  button.icon[aria-checked='true'] {
    background: var(--bw-accent);
  }
  input:not([type='checkbox'], [type='range'], [type='color'], [type='radio']),
  select,
  textarea {
    min-height: 26px;
    padding: 2px 6px;
    border: 1px solid var(--bw-border);
    border-radius: var(--bw-radius);
    background: var(--bw-surface);
    min-width: 0;
  }
  input[type='range'],
  input[type='checkbox'],
  input[type='radio'] {
    accent-color: var(--bw-accent);
    margin: 0;
  }
  :focus-visible {
    outline: 2px solid var(--bw-focus);
    outline-offset: 1px;
  }
  h2,
  h3 {
    margin: 0;
    font-size: 12px;
    font-weight: 600;
    letter-spacing: 0.02em;
  }
  .muted {
    color: var(--bw-text-muted);
  }
  .row {
    display: flex;
    align-items: center;
    gap: 6px;
  }
  .error {
    color: var(--bw-danger);
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;
