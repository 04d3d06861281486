import { describeLabelWarning, hasLabels, type CrossValidation, type LabelWarning } from '@brushwood/core';
import { html, LitElement, nothing } from 'lit';
import type { Labeling } from '../../state/labeling.ts';
import { icon } from '../../styles/icons.ts';
import { controls, theme } from '../../styles/theme.ts';
import { LabelingFollower } from '../labeling-follower.ts';
import { confusionTable, figuresTable, figureStyles, percentText } from './confusion-table.ts';
import { qualityStyles } from './quality.styles.ts';
import { workBar } from './work-bar.ts';

/**
 * What the labels say of the classifier: out-of-bag error, cross-validation, warnings that lead to their places.
 *
 * @element brushwood-label-check
 */
export class LabelCheckElement extends LitElement {
  static override styles = [theme, controls, figureStyles, qualityStyles];
  static override properties = { labeling: { attribute: false }, shown: { state: true } };

  declare labeling: Labeling | undefined;
  /** Which place of a warning is shown next, by its number in the list. */
  declare private shown: ReadonlyMap<number, number>;

  constructor() {
    super();
    this.shown = new Map();
    new LabelingFollower(this);
  }

  override render() {
    const { labeling } = this;
    if (!labeling) return nothing;
    const { quality, project } = labeling;
    const { classifier } = project;
    const isPainted = project.lanes.some(({ labels }) => hasLabels(labels));
    const error = classifier.model && classifier.report?.outOfBagError;
    return html`
      <h3>From your labels</h3>
      ${
        error === undefined
          ? nothing
          : html`<p>
              Out-of-bag error <b>${percentText(error)}</b>. Flattering: neighbours of each voxel were learnt from.
            </p>`
      }
      ${workBar(quality, 'labels')}
      ${
        quality.work?.what === 'labels'
          ? nothing
          : html`<button ?disabled=${!isPainted} @click=${() => void quality.validate()}>
              ${icon('once')} ${quality.validation ? 'Check the labels again' : 'Check the labels'}
            </button>`
      }
      ${isPainted ? nothing : html`<p class="muted">Paint at least two classes first.</p>`}
      ${quality.problems.labels ? html`<p class="error" role="alert">${quality.problems.labels}</p>` : nothing}
      ${quality.validation ? this.renderResult(labeling, quality.validation) : nothing}
    `;
  }

  private renderResult(labeling: Labeling, validation: NonNullable<Labeling['quality']['validation']>) {
    const { result, warnings, of } = validation;
    const { accuracy, balancedAccuracy, confusion, classes } = result;
    const shown = of.classes.map((item, i) => labeling.project.classes[i] ?? item);
    const means = classes.map(({ precision, recall, iou }) => ({
      precision: precision.mean,
      recall: recall.mean,
      iou: iou.mean,
    }));
    return html`
      ${labeling.quality.isStale(validation) ? staleNote() : nothing}
      <p>
        <span class="big">${percentText(1 - accuracy.mean)}</span> cross-validated error (± ${percentText(accuracy.deviation)} over
        ${result.folds} parts)
      </p>
      <p class="muted">
        Whole strokes were held out, then predicted by a classifier that had not seen them: ${percentText(balancedAccuracy.mean)} right,
        every class counted the same. Other images will do worse, as people paint where things are clear.
      </p>
      ${figuresTable(means, shown)}
      ${confusionTable(confusion, shown, { caption: 'Painted (rows) and predicted (columns), % of the row' })}
      ${this.renderNotes(result, shown)}
      ${warnings.length > 0 ? this.renderWarnings(labeling, warnings) : html`<p>Nothing odd was found about the labels.</p>`}
    `;
  }

  private renderNotes({ singleGroupClasses, untestedClasses }: CrossValidation, classes: readonly { name: string }[]) {
    const list = (numbers: readonly number[]) => numbers.map((i) => `"${classes[i]?.name}"`).join(', ');
    return html`
      ${
        singleGroupClasses.length > 0
          ? html`<p class="stale">
              Figures of ${list(singleGroupClasses)} are too good: there is a single stroke, and its parts tested each other.
            </p>`
          : nothing
      }
      ${untestedClasses.length > 0 ? html`<p class="stale">Too few labels to test ${list(untestedClasses)}.</p>` : nothing}
    `;
  }

  private renderWarnings(labeling: Labeling, warnings: readonly LabelWarning[]) {
    const { classes, lanes } = labeling.project;
    const names = { classes: classes.map(({ name }) => name), images: lanes.map(({ rawData }) => rawData.nickname) };
    return html`<h3>To look at</h3>
      <ul>
        ${warnings.map((warning, i) => {
          const text = describeLabelWarning(warning, names);
          const canShow = placesOf(warning).length > 0 || warning.kind === 'image-without-class';
          return html`<li>
            ${icon('warning')}<span>${text}</span>
            ${
              canShow
                ? html`<button aria-label="Show: ${text}" @click=${() => void this.show(labeling, warning, i)}>Show</button>`
                : nothing
            }
          </li>`;
        })}
      </ul>`;
  }

  /** One place after the other, with every press. */
  private async show(labeling: Labeling, warning: LabelWarning, number: number): Promise<void> {
    const places = placesOf(warning);
    if (warning.kind === 'image-without-class') await labeling.showLane(warning.laneIndex);
    if (places.length === 0) return;
    const next = this.shown.get(number) ?? 0;
    this.shown = new Map(this.shown).set(number, (next + 1) % places.length);
    const { laneIndex, ...place } = places[next % places.length]!;
    await labeling.goTo(place, laneIndex);
  }
}

function placesOf(warning: LabelWarning) {
  if (warning.kind === 'contradiction' || warning.kind === 'surprise') return warning.places;
  return warning.kind === 'few-strokes' ? [warning.place] : [];
}

export function staleNote() {
  return html`<p class="stale" role="status">Labels or settings have changed since: these figures are of before.</p>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-label-check': LabelCheckElement;
  }
}
