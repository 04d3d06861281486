import { css } from 'lit';

/** Of the forms in the panel of exports. */
export const exportFields = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 8px;
  }
  fieldset {
    border: 0;
    padding: 0;
    margin: 0;
    display: grid;
    gap: 4px;
    min-width: 0;
  }
  legend {
    font-weight: 600;
    font-size: 12px;
    padding: 0;
    margin-bottom: 3px;
  }
  label.choice {
    display: flex;
    gap: 6px;
    align-items: center;
    min-height: 24px;
  }
  .field {
    display: grid;
    grid-template-columns: 78px minmax(0, 1fr);
    gap: 3px 8px;
    align-items: center;
  }
  .field > small {
    grid-column: 2;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 5px;
  }
  small {
    color: var(--_bw-text-muted);
    font-size: 12px;
  }
  small.error {
    color: var(--_bw-danger);
  }
  input[type='number'] {
    width: 100%;
  }
`;
