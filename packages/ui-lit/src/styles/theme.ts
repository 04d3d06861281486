import { css } from 'lit';

/**
 * The colours every element uses, light or dark as the page asks (`color-scheme`). Set `--bw-bg`, `--bw-accent` and so on at an element or
 * at `:root` to restyle what lies in it; the elements themselves read the `--_bw-…` made of them. One accent colour; everything else is grey, so that the image is what is seen.
 */
export const theme = css`
  :host {
    --_bw-bg: var(--bw-bg, light-dark(#f3f4f5, #17191b));
    --_bw-surface: var(--bw-surface, light-dark(#ffffff, #202326));
    --_bw-surface-2: var(--bw-surface-2, light-dark(#e9ebed, #2b2f33));
    --_bw-border: var(--bw-border, light-dark(#d3d7db, #3a3f44));
    --_bw-text: var(--bw-text, light-dark(#1c2024, #e6e8ea));
    --_bw-text-muted: var(--bw-text-muted, light-dark(#5a636c, #9aa3ab));
    --_bw-accent: var(--bw-accent, light-dark(#0b6bcb, #4ea1f7));
    --_bw-accent-text: var(--bw-accent-text, light-dark(#ffffff, #0b1016));
    --_bw-danger: var(--bw-danger, light-dark(#b3261e, #ff8a80));
    --_bw-focus: var(--bw-focus, var(--_bw-accent));
    --_bw-radius: var(--bw-radius, 4px);
    --_bw-font: var(--bw-font, 13px/1.35 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif);
    font: var(--_bw-font);
    color: var(--_bw-text);
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
    border: 1px solid var(--_bw-border);
    border-radius: var(--_bw-radius);
    background: var(--_bw-surface);
    cursor: pointer;
    white-space: nowrap;
  }
  button:hover:not(:disabled) {
    background: var(--_bw-surface-2);
  }
  button:disabled {
    opacity: 0.45;
    cursor: default;
  }
  button.primary,
  button[aria-pressed='true'],
  button[aria-checked='true'] {
    background: var(--_bw-accent);
    border-color: var(--_bw-accent);
    color: var(--_bw-accent-text);
  }
  button.primary:hover:not(:disabled),
  button[aria-pressed='true']:hover,
  button[aria-checked='true']:hover {
    background: color-mix(in srgb, var(--_bw-accent) 85%, var(--_bw-text));
  }
  button.icon {
    width: 28px;
    min-width: 28px;
    padding: 0;
    border-color: transparent;
    background: none;
  }
  button.icon:hover:not(:disabled) {
    background: var(--_bw-surface-2);
  }
  button.icon[aria-pressed='true'],
  button.icon[aria-pressed='true']:hover:not(:disabled),
  button.icon[aria-checked='true'] {
    background: var(--_bw-accent);
  }
  input:not([type='checkbox'], [type='range'], [type='color'], [type='radio']),
  select,
  textarea {
    min-height: 26px;
    padding: 2px 6px;
    border: 1px solid var(--_bw-border);
    border-radius: var(--_bw-radius);
    background: var(--_bw-surface);
    min-width: 0;
  }
  input[type='range'],
  input[type='checkbox'],
  input[type='radio'] {
    accent-color: var(--_bw-accent);
    margin: 0;
  }
  input[type='range'] {
    min-height: 24px;
  }
  input[type='checkbox'],
  input[type='radio'] {
    flex: none;
    width: 16px;
    height: 16px;
  }
  label:has(> input[type='checkbox'], > input[type='radio']) {
    min-height: 24px;
  }
  @media (pointer: coarse) {
    button,
    summary,
    input:not([type='checkbox'], [type='radio'], [type='color']),
    select,
    textarea,
    label:has(> input[type='checkbox'], > input[type='radio']) {
      min-height: 40px !important;
    }
    button,
    button.icon {
      min-width: 40px !important;
    }
    input[type='color'] {
      min-width: 40px !important;
      min-height: 40px !important;
    }
    input[type='checkbox'],
    input[type='radio'] {
      width: 24px;
      height: 24px;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      transition: none !important;
      animation: none !important;
      scroll-behavior: auto !important;
    }
  }
  :focus-visible {
    outline: 2px solid var(--_bw-focus);
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
    color: var(--_bw-text-muted);
  }
  .row {
    display: flex;
    align-items: center;
    gap: 6px;
  }
  .error {
    color: var(--_bw-danger);
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
