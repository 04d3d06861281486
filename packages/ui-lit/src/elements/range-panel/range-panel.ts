import { css, html, LitElement, nothing, svg, type PropertyValues } from 'lit';
import type { Labeling } from '../../state/labeling.ts';
import { RangePreview } from '../../state/range-preview.ts';
import { controls, theme } from '../../styles/theme.ts';
import { LabelingFollower } from '../labeling-follower.ts';

const steps = 1000;

/**
 * The range of intensities that the threshold brush paints, over the histogram of the slice. While it is on the page, the image shows what
 * lies in the range.
 *
 * @element brushwood-range-panel
 */
export class RangePanelElement extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: grid;
        gap: 4px;
        margin-top: 8px;
      }
      svg {
        display: block;
        width: 100%;
        height: 56px;
        background: var(--_bw-surface-2);
        border-radius: var(--_bw-radius);
      }
      .bars {
        fill: color-mix(in srgb, var(--_bw-text-muted) 45%, transparent);
      }
      .bars.inside {
        fill: var(--_bw-accent);
      }
      label {
        display: grid;
        grid-template-columns: 52px 1fr 76px;
        gap: 6px;
        align-items: center;
      }
      input[type='range'] {
        min-width: 0;
        height: 24px;
      }
      input[type='number'] {
        width: 100%;
      }
    `,
  ];
  static override properties = { labeling: { attribute: false } };

  declare labeling: Labeling | undefined;
  private preview: RangePreview | undefined;

  constructor() {
    super();
    new LabelingFollower(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.open();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.preview?.close();
    this.preview = undefined;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('labeling')) this.open();
  }

  override render() {
    const range = this.labeling?.tools.intensityRange;
    if (!range) return html`<span class="muted">Looking at the intensities …</span>`;
    const [lowest, highest] = this.bounds(range);
    return html`
      ${this.renderHistogram(range, [lowest, highest])}
      ${this.renderEnd('From', 0, range, [lowest, highest])} ${this.renderEnd('To', 1, range, [lowest, highest])}
      <small class="muted">Paints only where the brightness lies in this range (coloured in the image).</small>
    `;
  }

  private renderHistogram(range: readonly [number, number], [lowest, highest]: readonly [number, number]) {
    const histogram = this.preview?.histogram;
    const at = (value: number) => (100 * (value - lowest)) / (highest - lowest);
    if (!histogram) return nothing;
    const { counts, low, high } = histogram;
    const most = Math.log1p(Math.max(...counts));
    const width = Math.max((at(high) - at(low)) / counts.length, 0.4);
    const bars = (isInside: boolean) =>
      counts.map((count, bin) => {
        const value = low + ((bin + 0.5) * (high - low)) / counts.length;
        if ((value >= range[0] && value <= range[1]) !== isInside) return '';
        const tall = (46 * Math.log1p(count)) / most;
        return `M${at(low) + bin * width} 50h${width}v${-tall}h${-width}z`;
      });
    return html`<svg viewBox="0 0 100 50" preserveAspectRatio="none" role="img" aria-label="How often each brightness occurs on this slice">
      ${svg`<path class="bars" d=${bars(false).join('')} /><path class="bars inside" d=${bars(true).join('')} />`}
    </svg>`;
  }

  private renderEnd(
    name: 'From' | 'To',
    end: 0 | 1,
    range: readonly [number, number],
    [lowest, highest]: readonly [number, number],
  ) {
    const set = (value: number) => {
      if (!Number.isFinite(value)) return;
      const next: readonly [number, number] =
        end === 0 ? [value, Math.max(value, range[1])] : [Math.min(value, range[0]), value];
      this.labeling?.tools.setIntensityRange(next);
    };
    const valueOf = (event: Event) => (event.target as HTMLInputElement).valueAsNumber;
    const place = Math.round((steps * (range[end] - lowest)) / (highest - lowest));
    return html`<label
      ><span>${name}</span>
      <input
        type="range"
        aria-label="${name === 'From' ? 'Lowest' : 'Highest'} brightness that is painted"
        aria-valuetext=${rounded(range[end])}
        min="0"
        max=${steps}
        .value=${String(place)}
        @input=${(event: Event) => set(lowest + (valueOf(event) / steps) * (highest - lowest))}
      />
      <input
        type="number"
        aria-label="${name === 'From' ? 'Lowest' : 'Highest'} brightness that is painted, as a number"
        step="any"
        .value=${rounded(range[end])}
        @change=${(event: Event) => set(valueOf(event))}
      />
    </label>`;
  }

  /** What the sliders go over: the values of the slice, and the range if that was typed beyond them. */
  private bounds([from, to]: readonly [number, number]): readonly [number, number] {
    const { low = from, high = to } = this.preview?.histogram ?? {};
    const [lowest, highest] = [Math.min(low, from), Math.max(high, to)];
    return highest > lowest ? [lowest, highest] : [lowest, lowest + 1];
  }

  private open(): void {
    this.preview?.close();
    this.preview = this.labeling && new RangePreview(this.labeling, () => this.requestUpdate());
  }
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(5)));
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-range-panel': RangePanelElement;
  }
}
