import { hasLabels, type FeatureSelection } from '@brushwood/core';
import { html, LitElement, nothing } from 'lit';
import type { Labeling } from '../../state/labeling.ts';
import { sections, stepPanel } from '../../styles/sections.ts';
import { controls, theme } from '../../styles/theme.ts';
import { LabelingFollower } from '../labeling-follower.ts';

/**
 * The step of features: the matrix of filters and sigmas.
 *
 * @element brushwood-features-step
 * @fires next - To the next step.
 */
export class FeaturesStepElement extends LitElement {
  static override styles = [theme, controls, sections, stepPanel];
  static override properties = { labeling: { attribute: false }, isSuggesting: { state: true } };

  declare labeling: Labeling | undefined;
  declare isSuggesting: boolean;

  constructor() {
    super();
    this.isSuggesting = false;
    new LabelingFollower(this);
  }

  override render() {
    const { labeling } = this;
    if (!labeling) return nothing;
    const { project, info, featurePlan } = labeling;
    if (this.isSuggesting) {
      return html`<brushwood-suggest-dialog
        .labeling=${labeling}
        @close=${() => void this.endSuggesting()}
      ></brushwood-suggest-dialog>`;
    }
    return html`
      <h2>Features</h2>
      <brushwood-feature-matrix
        .selection=${project.features}
        .filters=${labeling.services.catalog.filters}
        .plan=${featurePlan}
        .isVolume=${(info?.shape[2] ?? 1) > 1}
        .preview=${labeling.previewIndex}
        @features-change=${({ detail }: CustomEvent<FeatureSelection>) => labeling.setFeatures(detail)}
        @feature-preview=${({ detail }: CustomEvent<number | undefined>) => labeling.setPreview(detail)}
      ></brushwood-feature-matrix>
      ${this.renderSuggest(labeling)}
      <button ?disabled=${!featurePlan} @click=${() => this.dispatchEvent(new CustomEvent('next'))}>Next: paint</button>
    `;
  }

  /** Back to the matrix, and to the button that was pressed. */
  private async endSuggesting(): Promise<void> {
    this.isSuggesting = false;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('#suggest')?.focus();
  }

  private renderSuggest(labeling: Labeling) {
    const isPainted = labeling.project.lanes.some(({ labels }) => hasLabels(labels));
    return html`<button
      id="suggest"
      title=${isPainted ? 'Find the features that are worth their time' : 'Paint at least two classes first'}
      ?disabled=${!isPainted || labeling.isLive}
      @click=${() => {
        labeling.setPreview(undefined);
        this.isSuggesting = true;
      }}
    >
      Suggest features…
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-features-step': FeaturesStepElement;
  }
}
