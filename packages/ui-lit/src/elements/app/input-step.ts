import { html, LitElement, nothing } from 'lit';
import type { Labeling } from '../../state/labeling.ts';
import { icon } from '../../styles/icons.ts';
import { sections, stepPanel } from '../../styles/sections.ts';
import { controls, theme } from '../../styles/theme.ts';
import { LabelingFollower } from '../labeling-follower.ts';
import type { StartAction } from './start-page.ts';

/**
 * The step of images: those of the project, and ways to add more.
 *
 * @element brushwood-input-step
 * @fires start - {@link StartAction}: images are to be added.
 * @fires lane-action - {@link LaneAction}, from the table.
 * @fires next - To the next step.
 */
export class InputStepElement extends LitElement {
  static override styles = [theme, controls, sections, stepPanel];
  static override properties = {
    labeling: { attribute: false },
    missing: { attribute: false },
    isServed: { type: Boolean },
  };

  declare labeling: Labeling | undefined;
  /** Numbers of the images that cannot be found. */
  declare missing: ReadonlySet<number>;
  /** Are there folders of a server to choose in? */
  declare isServed: boolean;
  private stackAxis: 'z' | 't' | 'c' = 'z';

  constructor() {
    super();
    this.missing = new Set();
    this.isServed = false;
    new LabelingFollower(this);
  }

  override render() {
    if (!this.labeling) return nothing;
    const { project, laneIndex } = this.labeling;
    return html`
      <h2>Images</h2>
      <brushwood-lane-table .lanes=${project.lanes} .shown=${laneIndex} .missing=${this.missing}></brushwood-lane-table>
      <div class="buttons">
        <button class="primary" @click=${() => this.start({ kind: 'open-images' })}>${icon('plus')} Add images…</button>
        ${
          this.isServed
            ? html`<button @click=${() => this.start({ kind: 'add-served' })}>${icon('folder')} From the project's folders…</button>`
            : nothing
        }
        <span class="row">
          <button @click=${() => this.start({ kind: 'add-stack', axis: this.stackAxis })}>${icon('plus')} Add stack…</button>
          <label class="row muted">
            along
            <select
              aria-label="Axis of the stack"
              @change=${(event: Event) => (this.stackAxis = (event.target as HTMLSelectElement).value as 'z' | 't' | 'c')}
            >
              ${(['z', 't', 'c'] as const).map((axis) => html`<option ?selected=${axis === this.stackAxis}>${axis}</option>`)}
            </select>
          </label>
        </span>
        <button @click=${() => this.start({ kind: 'open-folder' })}>${icon('folder')} Add folder…</button>
        <button @click=${() => this.start({ kind: 'add-address' })}>${icon('link')} Add address…</button>
      </div>
      <brushwood-normalization-panel .labeling=${this.labeling}></brushwood-normalization-panel>
      ${
        project.lanes.length > 0
          ? html`<button @click=${() => this.dispatchEvent(new CustomEvent('next'))}>Next: choose features</button>`
          : nothing
      }
    `;
  }

  private start(detail: StartAction): void {
    this.dispatchEvent(new CustomEvent<StartAction>('start', { detail, bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-input-step': InputStepElement;
  }
}
