import type { IntensityMap, Normalization, Tensor } from '@brushwood/core';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { live } from 'lit/directives/live.js';
import { ref } from 'lit/directives/ref.js';
import type { Labeling } from '../../state/labeling.ts';
import {
  changeNormalization,
  NormalizationPreview,
  normalizedDisplay,
  type LaneIntensities,
} from '../../state/results/normalization-preview.ts';
import { sections } from '../../styles/sections.ts';
import { controls, theme } from '../../styles/theme.ts';
import { toImageData } from '../../view/picture.ts';
import { renderIntensity, type ChannelDisplay } from '../../view/raw-rendering.ts';
import { LabelingFollower } from '../labeling-follower.ts';
import { processingStyles } from './processing.styles.ts';

type Method = Normalization['method'] | 'none';

const methods: readonly { readonly id: Method; readonly name: string; readonly about: string }[] = [
  { id: 'none', name: 'Off', about: 'Intensities are used as they are.' },
  {
    id: 'percentile',
    name: 'Percentiles to 0 and 1',
    about:
      'For images of different brightness or exposure. The darkest and brightest few voxels may lie outside 0 to 1.',
  },
  {
    id: 'z-score',
    name: 'Mean to 0, standard deviation to 1',
    about: 'For images whose brightness and contrast vary, with about as much of each thing in every image.',
  },
  {
    id: 'equalize',
    name: 'Equalise the histogram',
    about: 'Every value becomes the share of voxels that are not brighter. Strong: for staining that varies much.',
  },
];

/** Images whose values are listed. */
const mostListed = 24;

/**
 * How the intensities of every image are brought to one scale before features are computed; what that does to each image.
 *
 * @element brushwood-normalization-panel
 */
export class NormalizationPanelElement extends LitElement {
  static override styles = [theme, controls, sections, processingStyles];
  static override properties = { labeling: { attribute: false } };

  declare labeling: Labeling | undefined;
  private preview: NormalizationPreview | undefined;
  private readonly onPreview = () => this.requestUpdate();
  private isOpen = false;

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
    this.preview = this.labeling && new NormalizationPreview(this.labeling);
    this.preview?.addEventListener('change', this.onPreview);
  }

  protected override updated(): void {
    if (this.isOpen && this.isConnected) this.preview?.follow();
  }

  override render() {
    const { labeling, preview } = this;
    if (!labeling || !preview || labeling.project.lanes.length === 0) return nothing;
    const { normalization } = labeling.project;
    const method = methods.find(({ id }) => id === (normalization?.method ?? 'none'))!;
    return html`<details class="section" @toggle=${this.onToggle}>
      <summary><span>Normalise intensities</span> <small>${method.name}</small></summary>
      <div class="body">
        <label class="line">
          <span class="name">Method</span>
          <select aria-label="Normalisation" @change=${(event: Event) => this.choose(valueOf(event) as Method)}>
            ${methods.map(({ id, name }) => html`<option value=${id} ?selected=${id === method.id}>${name}</option>`)}
          </select>
        </label>
        ${normalization?.method === 'percentile' ? this.renderPercentiles(normalization) : nothing}
        <small>${method.about} Every image, and each of its channels, by itself. A change asks for new training.</small>
        ${normalization ? this.renderPreview(preview, normalization, labeling) : nothing}
      </div>
    </details>`;
  }

  private renderPercentiles({ low, high }: Extract<Normalization, { method: 'percentile' }>) {
    const bound = (label: string, value: number, next: (value: number) => Normalization) => html`<label class="line">
      <span class="name">${label}</span>
      <input
        type="number"
        min="0"
        max="100"
        step="0.1"
        .value=${live(String(value))}
        @change=${(event: Event) => this.set(next(Number(valueOf(event))))}
      />
      %
    </label>`;
    return html`${bound('Becomes 0', low, (value) => ({ method: 'percentile', low: value, high }))}
    ${bound('Becomes 1', high, (value) => ({ method: 'percentile', low, high: value }))}`;
  }

  private renderPreview(preview: NormalizationPreview, normalization: Normalization, { channels }: Labeling) {
    const lanes = preview.lanes();
    const [low, high] = headings[normalization.method];
    return html`<label class="line">
        <input
          type="checkbox"
          .checked=${preview.isOn}
          @change=${({ target }: Event) => preview.setOn((target as HTMLInputElement).checked)}
        />
        Show the image normalised
      </label>
      <table>
        <thead>
          <tr>
            <th scope="col">Image</th><th scope="col">${low}</th><th scope="col">${high}</th>
            <th scope="col">before</th><th scope="col">after</th>
          </tr>
        </thead>
        <tbody>
          ${lanes.slice(0, mostListed).map((lane) => renderLane(lane, normalization, channels))}
        </tbody>
      </table>
      ${lanes.length > mostListed ? html`<small>… and ${lanes.length - mostListed} more images.</small>` : nothing}
      <small>All small pictures are drawn over one range of values: images that are alike look alike.</small>`;
  }

  private choose(method: Method): void {
    if (method === 'none') this.set(undefined);
    else this.set(method === 'percentile' ? { method, low: 1, high: 99 } : { method });
  }

  private set(normalization: Normalization | undefined): void {
    const { labeling } = this;
    if (!labeling) return;
    try {
      changeNormalization(labeling, normalization);
    } catch (error) {
      labeling.report(error);
    }
    this.requestUpdate();
  }

  private readonly onToggle = ({ target }: Event): void => {
    this.isOpen = (target as HTMLDetailsElement).open;
    this.requestUpdate();
  };
}

/** What the two figures of an image are. */
const headings: Record<Normalization['method'], readonly [string, string]> = {
  percentile: ['is 0', 'is 1'],
  'z-score': ['mean', 'deviation'],
  equalize: ['darkest', 'brightest'],
};

function renderLane(
  { nickname, isShown, maps, slices, problem }: LaneIntensities,
  normalization: Normalization,
  channels: readonly ChannelDisplay[],
) {
  const figures = maps?.map((map) => figuresOf(map, normalization));
  const column = (at: 0 | 1) =>
    figures?.map((pair) => html`<div>${Number(pair[at].toPrecision(4))}</div>`) ?? (problem ? '–' : '…');
  return html`<tr aria-current=${isShown}>
    <td>${nickname}${problem ? html`<div class="error">${problem}</div>` : nothing}</td>
    <td>${column(0)}</td>
    <td>${column(1)}</td>
    <td>${slices ? drawSlice(slices.before, channels, `${nickname} as it is`) : nothing}</td>
    <td>${slices ? drawSlice(slices.after, normalizedDisplay(channels, normalization), `${nickname} normalised`) : nothing}</td>
  </tr>`;
}

function figuresOf({ from }: IntensityMap, { method }: Normalization): readonly [number, number] {
  const [low, high] = [from[0]!, from.at(-1)!];
  return method === 'z-score' ? [low, high - low] : [low, high];
}

function drawSlice(slice: Tensor, channels: readonly ChannelDisplay[], label: string) {
  const draw = (element?: Element) => {
    if (!(element instanceof HTMLCanvasElement)) return;
    const picture = toImageData(renderIntensity(slice, 'z', channels));
    element.width = picture.width;
    element.height = picture.height;
    element.getContext('2d')?.putImageData(picture, 0, 0);
  };
  return html`<canvas role="img" aria-label=${label} ${ref(draw)}></canvas>`;
}

function valueOf({ target }: Event): string {
  return (target as HTMLInputElement | HTMLSelectElement).value;
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-normalization-panel': NormalizationPanelElement;
  }
}
