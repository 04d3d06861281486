import { combinedClasses, voxelMeasureUm, type LabelClass, type ResultSteps } from '@brushwood/core';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import type { Labeling } from '../../state/labeling.ts';
import { cssColor } from '../../state/layer-stack.ts';
import {
  combineClass,
  describeSteps,
  groupsOf,
  useThresholds,
  withSmallestObject,
  withSmoothing,
  withThreshold,
} from '../../state/results/edit-steps.ts';
import type { ResultArea } from '../../state/results/result-areas.ts';
import { ResultPreview } from '../../state/results/result-preview.ts';
import { sections } from '../../styles/sections.ts';
import { controls, theme } from '../../styles/theme.ts';
import { LabelingFollower } from '../labeling-follower.ts';
import { processingStyles } from './processing.styles.ts';

const mostSmoothing = 10;

/**
 * What is done to the probabilities before results are written: classes added up, smoothing, thresholds, smallest object. With a
 * preview in the image.
 *
 * @element brushwood-postprocessing-panel
 */
export class PostprocessingPanelElement extends LitElement {
  static override styles = [theme, controls, sections, processingStyles];
  static override properties = {
    labeling: { attribute: false },
    draft: { state: true },
  };

  declare labeling: Labeling | undefined;
  /** Steps while a slider is held. */
  declare draft: ResultSteps | undefined;
  private preview: ResultPreview | undefined;
  private readonly onPreview = () => this.requestUpdate();

  constructor() {
    super();
    new LabelingFollower(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.preview?.stop();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('labeling')) return;
    this.preview?.stop();
    this.preview = this.labeling && new ResultPreview(this.labeling);
    this.preview?.addEventListener('change', this.onPreview);
  }

  override render() {
    const { labeling, preview } = this;
    if (!labeling || !preview) return nothing;
    const { classes } = labeling.project;
    const steps = this.draft ?? labeling.resultSteps;
    const summary = describeSteps(steps, classes.length);
    return html`<details class="section">
      <summary><span>Clean up the result</span> <small>${summary || 'as predicted'}</small></summary>
      <div class="body">
        <small>Every export and batch does this before files are written. The project keeps it.</small>
        ${this.renderCombining(steps, classes)} ${this.renderSmoothing(steps)} ${this.renderThresholds(steps, classes)}
        ${this.renderSmallest(steps, labeling)} ${this.renderPreview(preview, labeling)}
      </div>
    </details>`;
  }

  private renderCombining(steps: ResultSteps, classes: readonly LabelClass[]) {
    const groups = groupsOf(steps, classes.length);
    return html`<fieldset>
      <legend>Combine classes</legend>
      ${classes.map(({ name, probabilityColor }, i) => {
        const mine = groups.find((group) => group.includes(i))!;
        const others = groups.filter((group) => group !== mine || mine[0] !== i);
        return html`<label class="line">
          <span class="swatch" style="background: ${cssColor(probabilityColor)}"></span>
          <span class="name" title=${name}>${name}</span>
          <select
            aria-label="Combine ${name} with"
            @change=${({ target }: Event) => {
              const { value } = target as HTMLSelectElement;
              this.commit(
                combineClass(steps, classes.length, { member: i, into: value === '' ? undefined : Number(value) }),
              );
            }}
          >
            <option value="" ?selected=${mine[0] === i}>${mine[0] === i && mine.length > 1 ? 'gives the colour' : 'by itself'}</option>
            ${others
              .filter((group) => group !== mine || mine[0] !== i)
              .map(
                (group) =>
                  html`<option value=${group[0]!} ?selected=${group === mine}>with ${classes[group[0]!]!.name}</option>`,
              )}
          </select>
        </label>`;
      })}
    </fieldset>`;
  }

  private renderSmoothing(steps: ResultSteps) {
    const { smoothing = 0 } = steps.postprocessing ?? {};
    return html`<fieldset>
      <legend>Smooth the probabilities</legend>
      <div class="line">
        <input
          type="range"
          min="0"
          max=${mostSmoothing}
          step="0.1"
          aria-label="Smoothing, sigma in voxels"
          .value=${String(smoothing)}
          @input=${(event: Event) => this.hold(withSmoothing(steps, numberOf(event)))}
          @change=${(event: Event) => this.commit(withSmoothing(steps, numberOf(event)))}
        />
        <span>${smoothing > 0 ? `σ ${smoothing} voxels` : 'off'}</span>
      </div>
    </fieldset>`;
  }

  private renderThresholds(steps: ResultSteps, classes: readonly LabelClass[]) {
    const { thresholds } = steps.postprocessing ?? {};
    const left = combinedClasses(classes, { combine: groupsOf(steps, classes.length) });
    return html`<fieldset>
      <legend>Threshold per class</legend>
      <label class="line">
        <input
          type="checkbox"
          .checked=${thresholds !== undefined}
          @change=${({ target }: Event) =>
            this.commit(useThresholds(steps, classes.length, (target as HTMLInputElement).checked))}
        />
        Only where a class is probable enough
      </label>
      ${
        thresholds
          ? html`${left.map(
              ({ name, probabilityColor }, i) => html`<label class="line">
                <span class="swatch" style="background: ${cssColor(probabilityColor)}"></span>
                <span class="name" title=${name}>${name}</span>
                <input
                  type="range"
                  min="0"
                  max="1"
                  step="0.01"
                  aria-label="Threshold of ${name}"
                  .value=${String(thresholds[i])}
                  @input=${(event: Event) => this.hold(withThreshold(steps, i, numberOf(event)))}
                  @change=${(event: Event) => this.commit(withThreshold(steps, i, numberOf(event)))}
                />
                <span>${Math.round(100 * thresholds[i]!)} %</span>
              </label>`,
            )}
            <small><span class="swatch none" style="display: inline-block"></span> Where every class stays below its threshold there is no
              class: the image shows through, and the segmentation is 0 there.</small>`
          : nothing
      }
    </fieldset>`;
  }

  private renderSmallest(steps: ResultSteps, { info }: Labeling) {
    const { smallestObject = 1 } = steps;
    const isFlat = info?.shape[2] === 1;
    const measure = voxelMeasureUm(info?.voxelSize, isFlat);
    return html`<fieldset>
      <legend>Smallest object</legend>
      <label class="line">
        <input
          type="number"
          min="1"
          step="1"
          aria-label="Smallest object, voxels"
          .value=${String(smallestObject)}
          @change=${(event: Event) => this.commit(withSmallestObject(steps, Math.min(1e6, numberOf(event) || 1)))}
        />
        ${isFlat ? 'pixels' : 'voxels'}${measure ? ` = ${(smallestObject * measure).toPrecision(3)} ${isFlat ? 'µm²' : 'µm³'}` : ''}
      </label>
      <small>Smaller ones get the class around them. Only the segmentation changes, not the probabilities.</small>
    </fieldset>`;
  }

  private renderPreview(preview: ResultPreview, labeling: Labeling) {
    const { isOn, isBefore, areas } = preview;
    return html`<fieldset>
      <legend>Preview</legend>
      <div class="choice" role="group" aria-label="What the image shows">
        ${this.renderChoice('Off', !isOn, () => preview.stop())}
        ${this.renderChoice('Before', isOn && isBefore, () => this.show(preview, true))}
        ${this.renderChoice('After', isOn && !isBefore, () => this.show(preview, false))}
      </div>
      <div role="status">${isOn ? this.renderObstacle(preview, labeling) : nothing}</div>
      ${isOn && areas ? renderAreas(areas) : nothing}
      ${isOn && areas && !preview.isWhole ? html`<small>${limits(labeling)}</small>` : nothing}
    </fieldset>`;
  }

  private renderObstacle({ obstacle }: ResultPreview, labeling: Labeling) {
    if (obstacle === 'too-large') return html`<small>So large a part is too much for a preview: zoom in.</small>`;
    if (obstacle !== 'no-prediction') return nothing;
    return html`<small>Nothing in view is predicted yet.</small>
      <button
        ?disabled=${labeling.isLive || labeling.isBusy}
        @click=${() => void labeling.updateOnce().catch((error: unknown) => labeling.report(error))}
      >
        Predict what is in view
      </button>`;
  }

  private renderChoice(text: string, isChosen: boolean, choose: () => void) {
    return html`<button aria-pressed=${isChosen} @click=${choose}>${text}</button>`;
  }

  private show(preview: ResultPreview, isBefore: boolean): void {
    preview.setSteps(this.draft);
    preview.showBefore(isBefore);
    preview.start();
    this.requestUpdate();
  }

  /** While a slider moves. */
  private hold(steps: ResultSteps): void {
    this.draft = steps;
    this.preview?.setSteps(steps);
  }

  private commit(steps: ResultSteps): void {
    this.draft = undefined;
    this.preview?.setSteps(undefined);
    try {
      this.labeling?.setResultSteps(steps);
    } catch (error) {
      this.labeling?.report(error);
    }
  }
}

function renderAreas(areas: readonly ResultArea[]) {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return html`<table>
    <thead>
      <tr><th scope="col">In view</th><th scope="col">before</th><th scope="col">after</th></tr>
    </thead>
    <tbody>
      ${areas.map(
        ({ name, color, before, after }) => html`<tr>
          <td><span class=${color ? 'swatch' : 'swatch none'} style=${color ? `background: ${cssColor(color)}` : ''}></span>${name}</td>
          <td>${color ? percent(before) : '–'}</td>
          <td>${percent(after)}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

function limits({ info, resultSteps: { postprocessing, smallestObject } }: Labeling): string {
  const isSmoothed = (postprocessing?.smoothing ?? 0) > 0;
  if ((info?.shape[2] ?? 1) > 1) {
    const smooth = isSmoothed ? 'The preview smooths within the slice, the files along z too. ' : '';
    return `${smooth}${smallestObject ? 'How large an object is shows in the whole volume only: the preview leaves small ones.' : ''}`;
  }
  const edge = isSmoothed ? 'At the edge of what is predicted the files may differ by a few pixels. ' : '';
  return `${edge}${smallestObject ? 'Objects that reach beyond what is predicted stay in the preview: how large they are shows in the whole image.' : ''}`;
}

function numberOf({ target }: Event): number {
  return Number((target as HTMLInputElement).value);
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-postprocessing-panel': PostprocessingPanelElement;
  }
}
