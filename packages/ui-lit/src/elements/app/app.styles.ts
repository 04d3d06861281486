import { css } from 'lit';

export const styles = css`
  :host {
    display: grid;
    grid-template-rows: 42px minmax(0, 1fr);
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
    font-weight: 650;
    margin-right: 8px;
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
    height: 100%;
  }
  nav button {
    border: 0;
    border-radius: 0;
    background: none;
    border-bottom: 2px solid transparent;
    height: 100%;
    padding: 0 12px;
    color: var(--_bw-text-muted);
  }
  nav button[aria-current='step'] {
    color: var(--_bw-text);
    border-bottom-color: var(--_bw-accent);
  }
  nav button span {
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
  @media (max-width: 1000px) {
    nav button span {
      display: none;
    }
    nav button {
      padding: 0 7px;
    }
    .project {
      max-width: 110px;
    }
  }
`;
