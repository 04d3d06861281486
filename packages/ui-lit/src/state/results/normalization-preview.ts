import {
  measureImage,
  readBox,
  requestOf,
  setNormalization,
  wholeRoi,
  type ImageRequest,
  type IntensityMap,
  type Lane,
  type Normalization,
  type Roi,
  type Tensor,
} from '@brushwood/core';
import { appMessage } from '../advice.ts';
import { RawSource } from '../../sources/raw-source.ts';
import { displayLevels, readDisplayLevel, shrinkTensor } from '../../view/display-levels.ts';
import type { ChannelDisplay } from '../../view/raw-rendering.ts';
import { openLane, levelReader } from '../open-lane.ts';
import type { Labeling } from '../labeling.ts';
import { displayKey } from '../project-facts.ts';

const overlayId = 'normalized';

/** What is known of an image of the project. */
export interface LaneIntensities {
  readonly nickname: string;
  readonly isShown: boolean;
  /** One per channel; undefined while it is measured. */
  readonly maps?: readonly IntensityMap[];
  /** A middle slice, small: as it is stored, and normalised. */
  readonly slices?: { readonly before: Tensor; readonly after: Tensor };
  readonly problem?: string;
}

type Known = Pick<LaneIntensities, 'maps' | 'slices' | 'problem'>;

/** Height and width of small slices, at most about this. */
const smallSize = 128;

/** Measures how a normalisation maps the images of a project, and shows the one in the viewer as features see it. */
export class NormalizationPreview extends EventTarget {
  readonly labeling: Labeling;
  isOn = false;
  private readonly known = new Map<string, Known>();
  private run: AbortController | undefined;
  private shown: string | undefined;

  constructor(labeling: Labeling) {
    super();
    this.labeling = labeling;
  }

  /** The images in the project's order. */
  lanes(): readonly LaneIntensities[] {
    const { labeling } = this;
    return labeling.project.lanes.map((lane, i) => ({
      nickname: lane.rawData.nickname,
      isShown: i === labeling.laneIndex,
      ...this.known.get(this.keyOf(lane)),
    }));
  }

  /** Measures what is not known yet, the shown image first, and keeps the layer up to date. */
  follow(): void {
    const { normalization } = this.labeling.project;
    void this.showOverlay();
    if (!normalization || this.run) return;
    const run = new AbortController();
    this.run = run;
    void this.measureAll(run.signal).finally(() => {
      if (this.run === run) this.run = undefined;
    });
  }

  /** Shows or hides the layer. */
  setOn(isOn: boolean): void {
    this.isOn = isOn;
    void this.showOverlay();
    this.dispatchEvent(new Event('change'));
  }

  stop(): void {
    this.run?.abort();
    this.run = undefined;
    this.isOn = false;
    void this.showOverlay();
  }

  private async measureAll(signal: AbortSignal): Promise<void> {
    for (;;) {
      const { project, laneIndex } = this.labeling;
      const { normalization, lanes } = project;
      const order = [lanes[laneIndex], ...lanes].filter((lane) => lane !== undefined);
      const lane = order.find((each) => !this.known.has(this.keyOf(each)));
      if (!normalization || !lane || signal.aborted) return;
      const key = this.keyOf(lane);
      const found = await this.measure(lane, normalization, signal);
      if (signal.aborted) return;
      this.known.set(key, found);
      void this.showOverlay();
      this.dispatchEvent(new Event('change'));
    }
  }

  private async measure(lane: Lane, normalization: Normalization, signal: AbortSignal): Promise<Known> {
    try {
      const { services } = this.labeling;
      const maps = await measureImage(services.pool, requestOf(lane.rawData), normalization);
      const before = await this.smallSlice(lane, signal);
      const image = { location: { path: lane.rawData.nickname, tensor: before }, intensities: maps };
      const after = await readBox(services.pool, image, { level: 0, roi: wholeRoi(before.shape), signal });
      return { maps, slices: { before, after } };
    } catch (error) {
      return { problem: appMessage(error) };
    }
  }

  /** The middle slice of an image at the coarsest level there is to show. */
  private async smallSlice(lane: Lane, signal: AbortSignal): Promise<Tensor> {
    const { services } = this.labeling;
    const { info } = await openLane(lane, { services, signal, channels: [] });
    const shown = displayLevels(info.levels);
    const at = shown.length - 1;
    const { shape } = shown[at]!.level;
    const middle = Math.floor(shape[2] / 2);
    const read = readDisplayLevel(levelReader(services, requestOf(lane.rawData)), shown);
    const roi: Roi = { start: [0, 0, middle, 0, 0], stop: [1, shape[1], middle + 1, shape[3], shape[4]] };
    return shrinkTensor(await read(roi, at, signal), Math.ceil(Math.max(shape[3], shape[4]) / smallSize));
  }

  /** The shown image with the step applied, as a layer. */
  private async showOverlay(): Promise<void> {
    const { labeling } = this;
    const { project, laneIndex, info, image, channels } = labeling;
    const lane = project.lanes[laneIndex];
    const { normalization } = project;
    const maps = lane && this.known.get(this.keyOf(lane))?.maps;
    const wanted = this.isOn && normalization && image && maps ? `${laneIndex} ${this.keyOf(lane)}` : undefined;
    if (wanted === this.shown && (wanted === undefined || labeling.layers.some(({ id }) => id.endsWith(overlayId))))
      return;
    this.shown = wanted;
    if (!wanted || !lane || !info || !normalization || !maps) {
      labeling.setOverlay(overlayId, undefined);
      return;
    }
    const request: ImageRequest = { ...requestOf(lane.rawData), intensities: maps };
    const levels = displayLevels(info.levels);
    const source = new RawSource(readDisplayLevel(levelReader(labeling.services, request), levels), {
      levels: levels.map(({ level }) => level),
      channels: normalizedDisplay(channels, normalization),
    });
    labeling.setOverlay(overlayId, { name: 'Normalised', source });
  }

  private keyOf(lane: Lane): string {
    return `${displayKey(lane)} ${JSON.stringify(this.labeling.project.normalization)}`;
  }
}

/**
 * Brings intensities to one scale in another way. A feature that is shown is of intensities as they were: it goes.
 * @throws 'invalid-parameter'
 */
export function changeNormalization(labeling: Labeling, normalization: Normalization | undefined): void {
  const next = setNormalization(labeling.project, normalization);
  labeling.setPreview(undefined);
  labeling.session.edit(next);
}

/** The same range for all images: what is alike looks alike. */
export function normalizedDisplay(
  channels: readonly ChannelDisplay[],
  { method }: Normalization,
): readonly ChannelDisplay[] {
  const range: readonly [number, number] = method === 'z-score' ? [-2.5, 2.5] : [0, 1];
  return channels.map((channel) => ({ ...channel, range }));
}
