import { hasLabels, type LabelClass } from '@brushwood/core';
import { html, LitElement, nothing } from 'lit';
import type { Labeling } from '../../state/labeling.ts';
import type { TruthComparison } from '../../state/quality/compare-truth.ts';
import type { TruthMapping, TruthValues } from '../../state/quality/truth-values.ts';
import { icon } from '../../styles/icons.ts';
import { controls, theme } from '../../styles/theme.ts';
import { pickFiles } from '../dialog/pick-files.ts';
import { LabelingFollower } from '../labeling-follower.ts';
import { confusionTable, figuresTable, figureStyles, percentText } from './confusion-table.ts';
import { staleNote } from './label-check.ts';
import { qualityStyles } from './quality.styles.ts';
import { workBar } from './work-bar.ts';

/**
 * Compares the segmentation of the shown image with a truth image: figures, and the errors as a layer.
 *
 * @element brushwood-truth-check
 */
export class TruthCheckElement extends LitElement {
  static override styles = [theme, controls, figureStyles, qualityStyles];
  static override properties = { labeling: { attribute: false } };

  declare labeling: Labeling | undefined;

  constructor() {
    super();
    new LabelingFollower(this);
  }

  override render() {
    const { labeling } = this;
    if (!labeling) return nothing;
    const { quality, project, laneIndex } = labeling;
    const isPainted = project.lanes.some(({ labels }) => hasLabels(labels));
    const isBusy = quality.work?.what === 'truth';
    return html`
      <h3>Against a truth image</h3>
      <p class="muted">
        The honest test: an image nobody painted strokes on, with every voxel labelled by hand. A file of the shown image's size, one
        number for each class.
      </p>
      ${workBar(quality, 'truth')}
      ${
        isBusy
          ? nothing
          : html`<button ?disabled=${!isPainted || !project.lanes[laneIndex]} @click=${() => void this.load(labeling)}>
              ${icon('file')} Load truth image
            </button>`
      }
      ${quality.problems.truth ? html`<p class="error" role="alert">${quality.problems.truth}</p>` : nothing}
      ${quality.truth ? this.renderTruth(labeling, isBusy) : nothing}
    `;
  }

  private renderTruth({ quality, project }: Labeling, isBusy: boolean) {
    const { file, values, mapping, image } = quality.truth!;
    const { comparison } = quality;
    return html`
      <p><b>${file.name}</b> for ${image.nickname}</p>
      ${renderMapping(values, { mapping, classes: project.classes, set: (next) => quality.setMapping(next) })}
      <div class="row">
        <button ?disabled=${isBusy} @click=${() => void quality.compare()}>${comparison ? 'Compare again' : 'Compare'}</button>
        <button @click=${() => quality.forgetTruth()}>${icon('close')} Remove</button>
      </div>
      ${comparison ? this.renderComparison(this.labeling!, comparison) : nothing}
    `;
  }

  private renderComparison(labeling: Labeling, comparison: TruthComparison) {
    const { quality, project } = labeling;
    const { scores, kinds, errors, image } = comparison;
    const name = (classIndex: number) => project.classes[classIndex]?.name ?? `class ${classIndex + 1}`;
    const lane = quality.laneOf(image);
    if (scores.voxels === 0) return html`<p class="error">No voxel was compared: say what the values stand for.</p>`;
    return html`
      ${quality.isStale(comparison) ? staleNote() : nothing}
      ${
        lane >= 0 && hasLabels(project.lanes[lane]!.labels)
          ? html`<p>This image has strokes, which the classifier has learnt from: images it has not seen do worse.</p>`
          : nothing
      }
      <p>
        <span class="big">${percentText(scores.accuracy)}</span> of ${scores.voxels.toLocaleString('en')} voxels are right; mean
        overlap (IoU) ${percentText(scores.meanIou)}
      </p>
      ${figuresTable(scores.classes, project.classes)}
      ${confusionTable(scores.confusion, project.classes, { caption: 'Truth (rows) and predicted (columns), % of the row' })}
      ${kinds.length > 0 ? html`<h3>Errors on the image</h3>` : html`<p>There is no error.</p>`}
      <ul>
        ${kinds.slice(0, 8).map(
          ({ truth, predicted, voxels, color }) => html`<li>
            <i class="swatch" style="background: rgb(${color.join(' ')}); margin-top: 3px"></i>
            <span>${name(truth)} taken for ${name(predicted)}: ${voxels.toLocaleString('en')}</span>
          </li>`,
        )}
      </ul>
      ${errors ? nothing : html`<p class="muted">The image is too large to show where the errors are.</p>`}
      ${
        quality.isTruthShown || lane < 0
          ? nothing
          : html`<button @click=${() => void labeling.showLane(lane)}>Show ${image.nickname}</button>`
      }
    `;
  }

  private async load(labeling: Labeling): Promise<void> {
    const [file] = await pickFiles();
    if (file) await labeling.quality.loadTruth(file);
  }
}

function renderMapping(
  values: TruthValues,
  {
    mapping,
    classes,
    set,
  }: { mapping: TruthMapping; classes: readonly LabelClass[]; set(mapping: TruthMapping): void },
) {
  const select = (label: string, chosen: number | undefined, onChoice: (classIndex: number | undefined) => void) =>
    html`<span>${label}</span>
      <select
        aria-label="Class of ${label}"
        @change=${(event: Event) => {
          const { value } = event.target as HTMLSelectElement;
          onChoice(value === '' ? undefined : Number(value));
        }}
      >
        ${mapping.kind === 'values' ? html`<option value="" ?selected=${chosen === undefined}>not compared</option>` : nothing}
        ${classes.map(({ name }, i) => html`<option value=${i} ?selected=${chosen === i}>${name}</option>`)}
      </select>`;
  if (mapping.kind === 'objects') {
    return html`<p class="muted">Its many values number objects.</p>
      <div class="map" role="group" aria-label="What the values stand for">
        ${select('Value 0', mapping.background, (k) => set({ ...mapping, background: k! }))}
        ${select('All others', mapping.foreground, (k) => set({ ...mapping, foreground: k! }))}
      </div>`;
  }
  return html`<div class="map" role="group" aria-label="What the values stand for">
    ${values.map(([value]) =>
      select(`Value ${value}`, mapping.classOf.get(value), (k) =>
        set({ kind: 'values', classOf: new Map(mapping.classOf).set(value, k) }),
      ),
    )}
  </div>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-truth-check': TruthCheckElement;
  }
}
