import { css } from 'lit';

export const styles = css`
  :host {
    display: grid;
    grid-template-rows: auto minmax(0, 1fr);
    height: 100%;
    background: var(--_bw-bg);
    overflow: hidden;
  }
  :host([dropping])::after {
    content: 'Drop images, a folder or a project';
    position: fixed;
    inset: 10px;
    display: grid;
    place-items: center;
    border: 2px dashed var(--_bw-accent);
    border-radius: 8px;
    background: color-mix(in srgb, var(--_bw-bg) 80%, transparent);
    font-size: 18px;
    pointer-events: none;
    z-index: 50;
  }
  header {
    min-height: 42px;
    display: flex;
    align-items: center;
    gap: 4px;
    padding: 0 8px;
    background: var(--_bw-surface);
    border-bottom: 1px solid var(--_bw-border);
  }
  .brand {
    display: flex;
    align-items: center;
    gap: 7px;
    font: inherit;
    font-weight: 650;
    margin: 0 8px 0 0;
    color: var(--_bw-accent);
  }
  .brand b {
    color: var(--_bw-text);
    font-weight: 650;
  }
  .project {
    max-width: 220px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    color: var(--_bw-text-muted);
    margin-right: 6px;
  }
  nav {
    display: flex;
    gap: 2px;
    margin: 0 auto;
    align-self: stretch;
  }
  nav button {
    border: 0;
    border-radius: 0;
    background: none;
    border-bottom: 2px solid transparent;
    padding: 0 12px;
    color: var(--_bw-text-muted);
  }
  nav button[aria-current='step'] {
    color: var(--_bw-text);
    border-bottom-color: var(--_bw-accent);
  }
  nav button .number {
    font-variant-numeric: tabular-nums;
    opacity: 0.7;
  }
  brushwood-labeler {
    min-height: 0;
    height: auto;
  }
  .panel {
    grid-template-columns: minmax(0, 1fr);
    padding: 8px 10px;
    display: grid;
    gap: 8px;
    align-content: start;
  }
  .panel h2 {
    font-size: 12px;
  }
  .lanes select {
    width: 100%;
  }
  @media (max-width: 1180px) {
    nav button .number {
      display: none;
    }
    nav button {
      padding: 0 7px;
    }
    .project {
      max-width: 110px;
    }
  }
  @media (max-width: 960px) {
    .brand b {
      position: absolute;
      clip-path: inset(50%);
    }
    .project {
      display: none;
    }
    .brand {
      margin: 0;
    }
    header {
      gap: 0;
    }
  }
  /* Numbers of the steps, and the name of the one that is open. */
  @media (max-width: 740px) {
    nav button .number {
      display: inline;
    }
    nav button:not([aria-current='step']) .name {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    nav button {
      min-width: 34px;
    }
  }
`;
