import { css, html, LitElement, nothing } from 'lit';
import { copyDirection, copyLabels, copyTarget, interpolateSlices, type CopyTarget } from '../../state/label-edits.ts';
import type { Labeling } from '../../state/labeling.ts';
import { icon } from '../../styles/icons.ts';
import { sections } from '../../styles/sections.ts';
import { controls, theme } from '../../styles/theme.ts';
import { LabelingFollower } from '../labeling-follower.ts';

/**
 * What is done with the labels of whole slices and frames: filled in between, copied to the next one.
 *
 * @element brushwood-slice-panel
 */
export class SlicePanelElement extends LitElement {
  static override styles = [
    theme,
    controls,
    sections,
    css`
      :host {
        display: block;
      }
      .buttons {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        gap: 5px;
      }
      .wide {
        grid-column: 1 / -1;
      }
      label {
        display: flex;
        align-items: center;
        gap: 6px;
        min-height: 24px;
        margin-top: 4px;
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
    const shape = labeling?.image?.shape;
    if (!labeling || !shape || (shape[0] === 1 && shape[2] === 1)) return nothing;
    const isVolume = shape[2] > 1;
    const name = labeling.project.classes[labeling.tools.activeLabel - 1]?.name ?? '';
    return html`<section>
      <h2>${isVolume ? 'Slices' : 'Frames'}</h2>
      <div class="buttons">
        ${
          isVolume
            ? html`<button
              class="wide"
              title="Fill the slices between those painted before and after this one (M)"
              @click=${() => fillBetween(labeling)}
            >
              ${icon('between')} Fill ${name} between slices
            </button>`
            : nothing
        }
        ${isVolume ? this.renderCopies(labeling, 'slice') : nothing}
        ${shape[0] > 1 ? this.renderCopies(labeling, 'frame') : nothing}
      </div>
      <label title="Without it, what is painted there already stays. Protected classes always stay.">
        <input
          type="checkbox"
          .checked=${labeling.tools.overwrites}
          @change=${(event: Event) => labeling.tools.setOverwrites((event.target as HTMLInputElement).checked)}
        />
        Replace labels that are there
      </label>
    </section>`;
  }

  private renderCopies(labeling: Labeling, along: CopyTarget['along']) {
    const key = along === 'frame' && copyDirection(labeling) === 'slice' ? 'J' : 'D';
    const button = (step: 1 | -1) => {
      const side = step > 0 ? 'next' : 'previous';
      return html`<button
        aria-label="Copy to ${side} ${along}"
        title="Copy the labels of this ${along} to the ${side} one and go there (${step > 0 ? key : `Shift+${key}`})"
        ?disabled=${!copyTarget(labeling, { along, step })}
        @click=${() => copyToNeighbour(labeling, { along, step })}
      >
        ${step > 0 ? 'Next' : 'Previous'} ${along}
      </button>`;
    };
    return [html`<span class="wide muted">Copy the labels of this ${along} to</span>`, button(-1), button(1)];
  }
}

/** Copies as the panel is set. */
export function copyToNeighbour(labeling: Labeling, target: CopyTarget): void {
  copyLabels(labeling, target, { overwrites: labeling.tools.overwrites });
}

/** Fills in between as the panel is set; says so if there is nothing to fill. */
export function fillBetween(labeling: Labeling): void {
  try {
    interpolateSlices(labeling, { overwrites: labeling.tools.overwrites });
  } catch (error) {
    labeling.report(error);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-slice-panel': SlicePanelElement;
  }
}
