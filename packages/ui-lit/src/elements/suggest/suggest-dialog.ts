import type { ClassifierOption, FeatureSet, OptionValues, SuggestionMethod } from '@brushwood/core';
import { html, LitElement, nothing } from 'lit';
import { FeatureSuggestion } from '../../state/feature-suggestion.ts';
import type { Labeling } from '../../state/labeling.ts';
import { LabelingFollower } from '../labeling-follower.ts';
import { controls, theme } from '../../styles/theme.ts';
import { suggestStyles } from './suggest-dialog.styles.ts';

/** The method that is offered first, if it is there. */
const firstMethod = 'filter';

/**
 * Finds out which features are worth their time: methods suggest sets, each with its errors and cost, and the chosen set's
 * segmentation lies over the image, which stays usable. Nothing changes until a set is taken over.
 *
 * @element brushwood-suggest-dialog
 * @fires close - A set was taken over, or the user has cancelled.
 */
export class SuggestDialogElement extends LitElement {
  static override styles = [theme, controls, suggestStyles];
  static override properties = {
    labeling: { attribute: false },
    methodId: { state: true },
    values: { state: true },
  };

  declare labeling: Labeling | undefined;
  declare methodId: string;
  /** What was set of the parameters of every method. */
  declare values: OptionValues;
  private suggestion: FeatureSuggestion | undefined;

  constructor() {
    super();
    this.methodId = firstMethod;
    this.values = {};
    new LabelingFollower(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.role = 'region';
    this.ariaLabel = 'Suggest features';
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('select')?.focus();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    void this.suggestion?.close();
    this.suggestion = undefined;
  }

  override render() {
    const { labeling } = this;
    if (!labeling) return nothing;
    this.suggestion ??= this.begin(labeling);
    const { suggestion } = this;
    const method = suggestion.methods.find(({ id }) => id === this.methodId) ?? suggestion.methods[0];
    if (!method) return nothing;
    return html`
      <h2 id="title">Suggest features</h2>
      <form aria-labelledby="title" @submit=${(event: Event) => this.run(event, method)}>
        ${this.renderMethod(suggestion, method)} ${this.renderRun(suggestion)}
      </form>
      ${suggestion.sets.length > 0 ? this.renderSets(suggestion) : nothing}
      <div class="buttons">
        <button type="button" @click=${() => this.close()}>Cancel</button>
        <button
          type="button"
          class="primary"
          ?disabled=${suggestion.selected === undefined}
          @click=${() => {
            suggestion.use();
            this.close();
          }}
        >
          Use these features
        </button>
      </div>
    `;
  }

  private begin(labeling: Labeling): FeatureSuggestion {
    const suggestion = new FeatureSuggestion(labeling);
    suggestion.addEventListener('change', () => this.requestUpdate());
    return suggestion;
  }

  private renderMethod({ methods, isRunning }: FeatureSuggestion, method: SuggestionMethod) {
    return html`<label class="row">
        Method
        <select
          ?disabled=${isRunning}
          @change=${(event: Event) => (this.methodId = (event.target as HTMLSelectElement).value)}
        >
          ${methods.map(
            ({ id, displayName }) => html`<option value=${id} ?selected=${id === method.id}>${displayName}</option>`,
          )}
        </select>
      </label>
      <div class="parameters">${method.parameters.map((parameter) => this.renderParameter(parameter, isRunning))}</div>`;
  }

  private renderParameter(parameter: ClassifierOption, isDisabled: boolean) {
    const { key, description, kind } = parameter;
    const value = this.values[key] ?? parameter.default;
    const set = (next: number | boolean | string) => (this.values = { ...this.values, [key]: next });
    if (kind === 'boolean') {
      return html`<label
        >${description}
        <input
          type="checkbox"
          ?disabled=${isDisabled}
          .checked=${value === true}
          @change=${(event: Event) => set((event.target as HTMLInputElement).checked)}
      /></label>`;
    }
    if (kind === 'choice') {
      return html`<label
        >${description}
        <select ?disabled=${isDisabled} @change=${(event: Event) => set((event.target as HTMLSelectElement).value)}>
          ${parameter.choices.map((choice) => html`<option ?selected=${choice === value}>${choice}</option>`)}
        </select></label
      >`;
    }
    return html`<label
      >${description}
      <input
        type="number"
        required
        ?disabled=${isDisabled}
        min=${parameter.min}
        max=${parameter.max}
        step=${kind === 'integer' ? '1' : 'any'}
        .value=${String(value)}
        @change=${(event: Event) => set((event.target as HTMLInputElement).valueAsNumber)}
    /></label>`;
  }

  private renderRun(suggestion: FeatureSuggestion) {
    const { isRunning, progress, problem } = suggestion;
    return html`<div class="run">
      ${
        isRunning
          ? html`<button type="button" @click=${() => suggestion.abort()}>Stop</button>`
          : html`<button type="submit" class="primary" ?disabled=${this.labeling?.isLive ?? false}>Run</button>`
      }
      ${
        isRunning
          ? html`<progress
              aria-label="Suggestion"
              max=${progress && progress.total > 0 ? progress.total : nothing}
              value=${progress && progress.total > 0 ? progress.done : nothing}
            ></progress>`
          : nothing
      }
      <span class="status ${problem ? 'error' : 'muted'}" role="status">${this.statusOf(suggestion)}</span>
    </div>`;
  }

  private statusOf({ isRunning, progress, problem, isStale, selected, previewState }: FeatureSuggestion): string {
    if (problem) return problem;
    if (isRunning) return progress ? `${progress.phase} …` : 'Starting …';
    if (this.labeling?.isLive) return 'Stop live update first.';
    if (isStale) return 'The project has changed since: run again to compare anew.';
    if (selected === undefined)
      return 'Learns from the strokes of all images; the project changes only if you take a set over.';
    if (previewState.phase === 'settled') return 'The image shows what these features would give.';
    if (previewState.phase === 'waiting') return previewState.reason ?? 'Waiting';
    return 'Segmenting the view …';
  }

  private renderSets(suggestion: FeatureSuggestion) {
    const { sets, notes } = suggestion;
    const least = Math.min(...sets.map(({ crossValidatedError }) => crossValidatedError));
    return html`<div class="sets">
        <table aria-label="Sets of features">
          <thead>
            <tr>
              <th scope="col">Set</th>
              <th scope="col" title="Boxes of the matrix, and the feature channels they give">Features</th>
              <th scope="col" title="Error on painted voxels that trees did not learn from">Out of bag</th>
              <th scope="col" title="Error on strokes that were left out of learning">Left-out strokes</th>
              <th scope="col" title="Seconds of one processor core per million voxels">Time</th>
            </tr>
          </thead>
          <tbody>
            ${sets.map((set, place) => this.renderSet(suggestion, { set, place, isBest: set.crossValidatedError === least }))}
          </tbody>
        </table>
      </div>
      <p class="muted">
        Errors in % of the painted voxels, the smaller the better. Neighbouring voxels resemble each other, so "left-out strokes" says more
        than "out of bag". Sets are judged on the strokes they were chosen with: on other images errors are larger. Time in seconds per megapixel.
      </p>
      ${notes.map((note) => html`<p class="muted">${note}</p>`)}`;
  }

  private renderSet(
    suggestion: FeatureSuggestion,
    { set, place, isBest }: { set: FeatureSet; place: number; isBest: boolean },
  ) {
    const percent = (share: number | undefined) => (share === undefined ? '–' : (100 * share).toFixed(1));
    const isSelected = suggestion.selected === place;
    return html`<tr class=${isSelected ? 'selected' : ''}>
      <th scope="row">
        <label>
          <input
            type="radio"
            name="set"
            .checked=${isSelected}
            @change=${() => suggestion.select(place)}
          />
          ${set.name}
        </label>
      </th>
      <td title="${set.channelCount} channels">${set.cellCount}</td>
      <td>${percent(set.outOfBagError)}</td>
      <td class=${isBest ? 'best' : ''}>${percent(set.crossValidatedError)}</td>
      <td>${set.secondsPerMegavoxel.toFixed(2)}</td>
    </tr>`;
  }

  private run(event: Event, { id, parameters }: SuggestionMethod): void {
    event.preventDefault();
    const own = parameters.flatMap(({ key }) => (key in this.values ? [[key, this.values[key]!]] : []));
    void this.suggestion?.run(id, Object.fromEntries(own));
  }

  private close(): void {
    this.dispatchEvent(new CustomEvent('close'));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-suggest-dialog': SuggestDialogElement;
  }
}
