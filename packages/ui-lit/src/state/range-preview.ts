import { RangeSource } from '../sources/range-source.ts';
import { histogramOf, otsuThreshold, type Histogram } from './histogram.ts';
import type { Labeling } from './labeling.ts';

const overlayId = 'in range';
/** Red-magenta: no class of the palette begins with it. */
const color = [255, 0, 170] as const;
const bins = 96;
/** How long the histogram may be behind the view, milliseconds. */
const patience = 120;

/**
 * While the threshold brush is in hand: the histogram of the slice that is worked in, and a layer that marks what the brush would paint.
 * Chooses the upper class after Otsu where no range was chosen.
 */
export class RangePreview {
  histogram: Histogram | undefined;
  private readonly labeling: Labeling;
  private readonly onHistogram: () => void;
  private source: RangeSource | undefined;
  private reading: AbortController | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly onChange = (event: Event) => this.follow((event as CustomEvent<string>).detail);

  constructor(labeling: Labeling, onHistogram: () => void) {
    this.labeling = labeling;
    this.onHistogram = onHistogram;
    labeling.addEventListener('change', this.onChange);
    this.follow('view');
  }

  close(): void {
    this.labeling.removeEventListener('change', this.onChange);
    clearTimeout(this.timer);
    this.reading?.abort();
    this.source = undefined;
    this.labeling.setOverlay(overlayId, undefined);
  }

  private follow(detail: string): void {
    if (detail === 'view' || detail === 'lane' || detail === 'state') this.mark();
    if (detail === 'view' || detail === 'lane') this.timer ??= setTimeout(() => void this.measure(), patience);
  }

  private mark(): void {
    const { labeling } = this;
    const raw = labeling.intensities?.raw;
    const range = labeling.tools.intensityRange;
    if (this.source && this.source.raw === raw && range) return this.source.update(range);
    if (!raw || !range) return;
    this.source = new RangeSource(raw, { range, color });
    labeling.setOverlay(overlayId, {
      name: 'In range',
      source: this.source,
      opacity: 0.4,
      color: `rgb(${color.join(' ')})`,
    });
  }

  private async measure(): Promise<void> {
    this.timer = undefined;
    const { labeling } = this;
    const [slice] = labeling.slices;
    this.reading?.abort();
    const { signal } = (this.reading = new AbortController());
    if (!slice || !labeling.intensities) return;
    try {
      const histogram = histogramOf(await labeling.intensities.shown(slice, signal), bins);
      if (signal.aborted || !histogram) return;
      this.histogram = histogram;
      if (!labeling.tools.intensityRange) {
        labeling.tools.setIntensityRange([otsuThreshold(histogram), histogram.high]);
      }
      this.onHistogram();
    } catch (error) {
      if (!signal.aborted) labeling.report(error);
    }
  }
}
