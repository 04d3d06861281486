import { css } from 'lit';

/** Of the sections that panels on the left and right are made of. */
export const sections = css`
  section,
  details.section {
    padding: 8px 10px;
    border-bottom: 1px solid var(--_bw-border);
  }
  section > h2 {
    margin-bottom: 6px;
    display: flex;
    align-items: center;
    justify-content: space-between;
    min-height: 18px;
  }
  details.section > summary {
    cursor: pointer;
    font-weight: 600;
    min-height: 24px;
    display: flex;
    align-items: center;
    gap: 6px;
  }
  details.section > summary::before {
    content: '';
    border: 4px solid transparent;
    border-left: 6px solid currentcolor;
    border-right: 0;
    opacity: 0.7;
  }
  details.section[open] > summary::before {
    rotate: 90deg;
  }
  details.section[open] > summary {
    margin-bottom: 6px;
  }
`;

/** Of the panel that a step of the app shows on the left. */
export const stepPanel = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    padding: 8px 10px;
    gap: 8px;
    align-content: start;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 5px;
  }
  h2 {
    font-size: 12px;
  }
`;
