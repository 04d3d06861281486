import { messageOf, modelCard, modelCardRows, modelCardText, type ModelCard } from '@brushwood/core';
import { css, html, LitElement, nothing } from 'lit';
import type { Labeling } from '../../state/labeling.ts';
import { sections } from '../../styles/sections.ts';
import { controls, theme } from '../../styles/theme.ts';
import { LabelingFollower } from '../labeling-follower.ts';

/**
 * The card of the trained model: what it is, when and on what it was trained, how good it is.
 *
 * @element brushwood-model-card
 */
export class ModelCardElement extends LitElement {
  static override styles = [
    theme,
    controls,
    sections,
    css`
      dl {
        margin: 0 0 8px;
        display: grid;
        grid-template-columns: 84px minmax(0, 1fr);
        gap: 4px 8px;
        font-size: 12px;
      }
      dt {
        color: var(--_bw-text-muted);
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
      p {
        margin: 0;
        font-size: 12px;
      }
    `,
  ];
  static override properties = { labeling: { attribute: false }, said: { state: true } };

  declare labeling: Labeling | undefined;
  declare private said: string;

  constructor() {
    super();
    this.said = '';
    new LabelingFollower(this);
  }

  override render() {
    const { labeling } = this;
    if (!labeling) return nothing;
    const card = modelCard(labeling.project, labeling.services.catalog);
    return html`<details class="section">
      <summary>Trained model</summary>
      ${card ? this.renderCard(card) : html`<p class="muted">No model yet, or labels changed since. Start live update, or predict once.</p>`}
    </details>`;
  }

  private renderCard(card: ModelCard) {
    return html`
      <dl>
        ${modelCardRows(card).map(
          ([name, text]) => html`<dt>${name}</dt>
          <dd>${text}</dd>`,
        )}
      </dl>
      <div class="row">
        <button @click=${() => void this.copy(modelCardText(card))}>Copy text</button>
        <button @click=${() => void this.copy(JSON.stringify(card, undefined, 2))}>Copy JSON</button>
        <span role="status">${this.said}</span>
      </div>
    `;
  }

  private async copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.said = 'Copied';
    } catch (error) {
      this.labeling?.report(`The browser does not let this page write to the clipboard: ${messageOf(error)}`);
    }
    setTimeout(() => (this.said = ''), 2000);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-model-card': ModelCardElement;
  }
}
