import { css } from 'lit';

/** Of the parts of the quality section. */
export const qualityStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 6px;
    padding: 4px 0 8px;
  }
  p {
    margin: 0;
    font-size: 12px;
  }
  .big {
    font-size: 15px;
    font-weight: 600;
  }
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
    display: grid;
    gap: 5px;
  }
  li {
    display: flex;
    gap: 6px;
    align-items: flex-start;
    justify-content: space-between;
    font-size: 12px;
  }
  li > svg {
    flex: none;
    margin-top: 1px;
    color: var(--_bw-danger);
  }
  li > span {
    flex: 1;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  progress {
    width: 100%;
    height: 8px;
    accent-color: var(--_bw-accent);
  }
  .stale {
    border-left: 3px solid var(--_bw-danger);
    padding-left: 6px;
  }
  .map {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 4px 8px;
    align-items: center;
    font-size: 12px;
  }
  select {
    width: 100%;
  }
`;
