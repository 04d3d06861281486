import { type ClassifierOption } from '@brushwood/core';
import { css, html, LitElement, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import { appMessage } from '../../state/advice.ts';
import {
  classifierChoice,
  optionName,
  setClassifier,
  setClassifierOptions,
  type ClassifierChoice,
} from '../../state/classifier-choice.ts';
import type { Labeling } from '../../state/labeling.ts';
import { sections } from '../../styles/sections.ts';
import { controls, theme } from '../../styles/theme.ts';
import { LabelingFollower } from '../labeling-follower.ts';

/**
 * Which classifier learns from the labels, and the options it declares.
 *
 * @element brushwood-classifier-panel
 */
export class ClassifierPanelElement extends LitElement {
  static override styles = [
    theme,
    controls,
    sections,
    css`
      .fields {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 92px;
        gap: 6px 8px;
        align-items: center;
        margin: 8px 0;
      }
      .fields small,
      .note {
        color: var(--_bw-text-muted);
        font-size: 12px;
      }
      .fields small {
        display: block;
      }
      .fields input:not([type='checkbox']),
      .fields select,
      .choice {
        width: 100%;
      }
      .fields input[type='checkbox'] {
        width: 24px;
        height: 24px;
        justify-self: end;
      }
      .note {
        margin: 6px 0 0;
      }
      .note.error {
        color: var(--_bw-danger);
      }
    `,
  ];
  static override properties = { labeling: { attribute: false }, problem: { state: true } };

  declare labeling: Labeling | undefined;
  declare private problem: string;

  constructor() {
    super();
    this.problem = '';
    new LabelingFollower(this);
  }

  override render() {
    const { labeling } = this;
    if (!labeling) return nothing;
    const choice = classifierChoice(labeling);
    return html`<details class="section">
      <summary>Classifier: ${choice.current?.displayName ?? choice.id}</summary>
      <select class="choice" aria-label="Classifier" @change=${(event: Event) => this.choose(labeling, event)}>
        ${choice.current ? nothing : html`<option value=${choice.id} selected>${choice.id} (unknown)</option>`}
        ${choice.all.map(
          ({ id, displayName }) => html`<option value=${id} ?selected=${id === choice.id}>${displayName}</option>`,
        )}
      </select>
      ${
        choice.current
          ? this.renderSettings(labeling, choice)
          : html`<p class="note error">No plugin brings this classifier. Choose another one to train again.</p>`
      }
    </details>`;
  }

  private renderSettings(labeling: Labeling, choice: ClassifierChoice) {
    const { current, options, seed, seconds } = choice;
    const set = (change: Parameters<typeof setClassifierOptions>[1]) => this.set(labeling, change);
    return html`
      <div class="fields">
        ${current!.options.map((option) =>
          renderField(option, {
            value: options[option.key]!,
            set: (value) => set({ options: { ...options, [option.key]: value } }),
          }),
        )}
        ${renderField(
          {
            key: 'seed',
            description: 'Of the random choices: same seed, same model',
            kind: 'integer',
            default: 0,
            min: 0,
            max: 2 ** 32 - 1,
          },
          { value: seed, set: (value) => set({ seed: Number(value) }) },
        )}
      </div>
      <button @click=${() => set({ options: {}, seed: 0 })}>Reset to defaults</button>
      ${this.problem ? html`<p class="note error" role="alert">${this.problem}</p>` : nothing}
      ${
        seconds === undefined
          ? nothing
          : html`<p class="note" role="status">
              Training takes about ${timeText(seconds)} with the labels there are. You can go on painting meanwhile.
            </p>`
      }
      ${
        current!.makesVigraForests
          ? nothing
          : html`<p class="note">
              The trained model is kept in the project for this program only: ilastik opens the project, and trains its own forest from
              the labels.
            </p>`
      }
    `;
  }

  private choose(labeling: Labeling, event: Event): void {
    this.problem = '';
    setClassifier(labeling, (event.target as HTMLSelectElement).value);
  }

  private set(labeling: Labeling, change: Parameters<typeof setClassifierOptions>[1]): void {
    this.problem = '';
    try {
      setClassifierOptions(labeling, change);
    } catch (error) {
      this.problem = appMessage(error);
    }
    this.requestUpdate();
  }
}

function renderField(
  option: ClassifierOption,
  { value, set }: { value: number | boolean | string; set(value: number | boolean | string): void },
) {
  const label = html`<label for=${option.key}>
    ${optionName(option)}<small id="${option.key}-help">${option.description}</small>
  </label>`;
  const textOf = (event: Event) => (event.target as HTMLInputElement | HTMLSelectElement).value;
  if (option.kind === 'boolean') {
    return html`${label}<input
        id=${option.key}
        type="checkbox"
        aria-describedby="${option.key}-help"
        .checked=${live(value === true)}
        @change=${(event: Event) => set((event.target as HTMLInputElement).checked)}
      />`;
  }
  if (option.kind === 'choice') {
    return html`${label}<select id=${option.key} aria-describedby="${option.key}-help" @change=${(event: Event) => set(textOf(event))}>
        ${option.choices.map((choice) => html`<option ?selected=${choice === value}>${choice}</option>`)}
      </select>`;
  }
  return html`${label}<input
      id=${option.key}
      type="number"
      aria-describedby="${option.key}-help"
      min=${option.min}
      max=${option.max}
      step=${option.kind === 'integer' ? 1 : 'any'}
      .value=${live(String(value))}
      @change=${(event: Event) => set(textOf(event).trim() === '' ? option.default : Number(textOf(event)))}
    />`;
}

function timeText(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-classifier-panel': ClassifierPanelElement;
  }
}
