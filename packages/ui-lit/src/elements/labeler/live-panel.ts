import { hasLabels } from '@brushwood/core';
import { css, html, LitElement, nothing } from 'lit';
import { waitingFor } from '../../state/advice.ts';
import type { Labeling } from '../../state/labeling.ts';
import { icon } from '../../styles/icons.ts';
import { sections } from '../../styles/sections.ts';
import { controls, theme } from '../../styles/theme.ts';
import { LabelingFollower } from '../labeling-follower.ts';

/**
 * Live update: on, off or once, and how far it is.
 *
 * @element brushwood-live-panel
 */
export class LivePanelElement extends LitElement {
  static override styles = [
    theme,
    controls,
    sections,
    css`
      :host {
        display: block;
      }
      .live {
        display: flex;
        gap: 6px;
      }
      .live button:first-child {
        flex: 1;
      }
      .state {
        display: flex;
        align-items: center;
        gap: 6px;
        margin-top: 6px;
        min-height: 18px;
        font-size: 12px;
        color: var(--_bw-text-muted);
      }
      progress {
        width: 70px;
        height: 6px;
        accent-color: var(--_bw-accent);
      }
    `,
  ];
  static override properties = { labeling: { attribute: false } };

  declare labeling: Labeling | undefined;

  constructor() {
    super();
    new LabelingFollower(this);
  }

  override render() {
    const { labeling } = this;
    if (!labeling) return nothing;
    const { liveState, isLive, isBusy } = labeling;
    const isPainted = labeling.project.lanes.some(({ labels }) => hasLabels(labels));
    return html`<section>
      <h2>Prediction</h2>
      <div class="live">
        <button
          class=${isLive ? '' : 'primary'}
          aria-pressed=${isLive}
          title="Live update (L)"
          @click=${() => labeling.setLive(!isLive)}
        >
          ${icon(isLive ? 'pause' : 'play')} Live update
        </button>
        <button
          title="Train and predict what is in view, once"
          ?disabled=${isLive}
          @click=${() => void labeling.updateOnce().catch((error: unknown) => labeling.report(error))}
        >
          ${icon('once')} Once
        </button>
      </div>
      <div class="state">
        <span>${stateText(liveState, isPainted)}</span>
        ${
          isBusy && liveState.total > 0
            ? html`<progress max=${liveState.total} value=${liveState.done} aria-label=${liveState.phase}></progress>`
            : nothing
        }
      </div>
    </section>`;
  }
}

function stateText(state: Labeling['liveState'], isPainted: boolean): string {
  const { phase, error } = state;
  if (error) return 'Stopped by an error';
  if (phase === 'off') return isPainted ? 'Live update is off.' : 'Paint at least two classes, then start live update.';
  if (phase === 'waiting') return waitingFor(state) ?? 'Waiting';
  return { features: 'Computing features', training: 'Training', predicting: 'Predicting', settled: 'Up to date' }[
    phase
  ];
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-live-panel': LivePanelElement;
  }
}
