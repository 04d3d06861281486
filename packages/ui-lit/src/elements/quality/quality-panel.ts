import { html, LitElement, nothing } from 'lit';
import type { Labeling } from '../../state/labeling.ts';
import { sections } from '../../styles/sections.ts';
import { controls, theme } from '../../styles/theme.ts';

/**
 * How good the classifier is: what the labels say of it, and what a truth image does.
 *
 * @element brushwood-quality-panel
 */
export class QualityPanelElement extends LitElement {
  static override styles = [theme, controls, sections];
  static override properties = { labeling: { attribute: false } };

  declare labeling: Labeling | undefined;

  override render() {
    const { labeling } = this;
    if (!labeling) return nothing;
    return html`<details class="section">
      <summary>Quality</summary>
      <brushwood-label-check .labeling=${labeling}></brushwood-label-check>
      <brushwood-truth-check .labeling=${labeling}></brushwood-truth-check>
    </details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-quality-panel': QualityPanelElement;
  }
}
