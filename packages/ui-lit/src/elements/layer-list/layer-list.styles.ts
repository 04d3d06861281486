import { css } from 'lit';

export const layerListStyles = css`
  :host {
    display: block;
    min-width: 0;
  }
  ul {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  .heading,
  .layer {
    display: grid;
    grid-template-columns: 24px 24px minmax(0, 1fr) auto;
    align-items: center;
    gap: 4px;
    min-height: 26px;
    padding: 0 6px 0 2px;
  }
  .heading {
    min-height: 24px;
    margin-top: 4px;
    color: var(--_bw-text-muted);
    font-size: 11.5px;
    font-weight: 600;
  }
  .layer {
    position: relative;
    grid-template-columns: 24px 24px 11px minmax(0, 1fr) 48px 34px;
    gap: 4px;
    border-radius: var(--_bw-radius);
  }
  .layer:hover {
    background: var(--_bw-surface-2);
  }
  .layer.is-hidden .name,
  .layer.is-hidden .value {
    color: var(--_bw-text-muted);
  }
  .layer.is-dragged {
    opacity: 0.5;
  }
  .layer.drop-above::before,
  .layer.drop-below::before {
    content: '';
    position: absolute;
    inset: -1px 0 auto;
    height: 2px;
    background: var(--_bw-accent);
  }
  .layer.drop-below::before {
    inset: auto 0 -1px;
  }
  .grip {
    width: 24px;
    min-width: 24px;
    min-height: 24px;
    padding: 0;
    border: 0;
    background: none;
    color: var(--_bw-text-muted);
    cursor: grab;
    touch-action: none;
    opacity: 0.6;
  }
  .layer:hover .grip,
  .grip:focus-visible {
    opacity: 1;
  }
  .eye {
    position: relative;
    display: grid;
    place-items: center;
    width: 24px;
    height: 24px;
    border-radius: 3px;
    cursor: pointer;
  }
  .eye input {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    opacity: 0;
    cursor: pointer;
  }
  .eye:has(:focus-visible) {
    outline: 2px solid var(--_bw-focus);
  }
  .eye svg {
    pointer-events: none;
    width: 16px;
    height: 16px;
    color: var(--_bw-text-muted);
    opacity: 0.55;
  }
  .eye .slash {
    display: inline;
  }
  .eye:has(:checked, :indeterminate) svg {
    color: var(--_bw-text);
    opacity: 1;
  }
  .eye:has(:indeterminate) svg {
    opacity: 0.6;
  }
  .eye:has(:checked, :indeterminate) .slash {
    display: none;
  }
  .swatch {
    width: 11px;
    height: 11px;
    border-radius: 2px;
    border: 1px solid color-mix(in srgb, var(--_bw-text) 30%, transparent);
  }
  .name {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  input[type='range'] {
    width: 100%;
    height: 24px;
  }
  .value {
    white-space: nowrap;
    text-align: right;
    font-size: 11px;
    color: var(--_bw-text-muted);
    font-variant-numeric: tabular-nums;
  }
  @media (pointer: coarse) {
    .heading,
    .layer {
      grid-template-columns: 40px 40px minmax(0, 1fr) auto;
    }
    .layer {
      grid-template-columns: 40px 40px 11px minmax(0, 1fr) 56px 34px;
      column-gap: 3px;
    }
    .eye {
      width: 40px;
      height: 40px;
    }
  }
  @media (forced-colors: active) {
    .swatch {
      forced-color-adjust: none;
    }
  }
`;
