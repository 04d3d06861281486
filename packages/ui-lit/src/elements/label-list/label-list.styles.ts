import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
  }
  ul {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  li {
    display: grid;
    grid-template-columns: 24px 24px minmax(0, 1fr) auto 24px 24px;
    align-items: center;
    gap: 5px;
    padding: 1px 4px;
    border-radius: var(--_bw-radius, 4px);
    border-left: 3px solid transparent;
  }
  li[aria-current='true'] {
    background: var(--_bw-surface-2);
    border-left-color: var(--_bw-accent);
  }
  button.key {
    min-width: 24px;
    min-height: 24px;
    padding: 0 3px;
    border: 0;
    background: none;
    justify-content: flex-end;
    color: var(--_bw-text-muted);
    text-align: right;
    font-variant-numeric: tabular-nums;
  }
  input[type='color'] {
    width: 24px;
    height: 24px;
    padding: 2px;
    border: 1px solid var(--_bw-border);
    border-radius: 3px;
    background: none;
    cursor: pointer;
  }
  input.name {
    width: 100%;
    border-color: transparent !important;
    background: none !important;
    text-overflow: ellipsis;
  }
  input.name:hover,
  input.name:focus {
    border-color: var(--_bw-border) !important;
    background: var(--_bw-surface) !important;
  }
  .counts {
    text-align: right;
    font-variant-numeric: tabular-nums;
    color: var(--_bw-text-muted);
    font-size: 11px;
    line-height: 1.2;
  }
  button.icon {
    width: 24px;
    min-width: 24px;
    min-height: 24px;
  }
  .menu {
    position: relative;
  }
  [role='menu'] {
    position: absolute;
    right: 0;
    top: 100%;
    z-index: 20;
    min-width: 160px;
    padding: 4px;
    background: var(--_bw-surface);
    border: 1px solid var(--_bw-border);
    border-radius: var(--_bw-radius);
    box-shadow: 0 4px 16px rgb(0 0 0 / 30%);
  }
  [role='menu'] button {
    width: 100%;
    justify-content: flex-start;
    border: 0;
  }
  @media (pointer: coarse) {
    li {
      grid-template-columns: 40px 40px minmax(0, 1fr) auto 40px 40px;
      gap: 2px;
    }
  }
  footer {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 6px;
    margin-top: 6px;
  }
`;
