import {
  combinedClasses,
  forgetPreviews,
  isAbortError,
  previewResults,
  type LabelClass,
  type ResultPreview as Preview,
  type ResultSteps,
} from '@brushwood/core';
import type { KeptTile } from '../../sources/prediction-store.ts';
import { ResultSource, type ResultBox } from '../../sources/result-source.ts';
import type { SliceAxis } from '../../view/layer.ts';
import type { Labeling } from '../labeling.ts';
import { assembleViews, type SlicePart } from './assemble-views.ts';
import { resultAreas, type ResultArea } from './result-areas.ts';

/** Id of the layer. */
const overlayId = 'result';
/** Tiles come many at once: the preview follows when some have come. */
const patienceMs = 120;
const panes: Record<SliceAxis, number> = { z: 0, y: 1, x: 2 };

interface Assembled {
  readonly tiles: readonly KeptTile[];
  readonly parts: readonly SlicePart[];
  readonly isTooLarge: boolean;
  /** The segmentation of each part without steps. */
  readonly before: Map<SlicePart, Promise<Preview>>;
}

/**
 * The segmentation of what is in view after the steps, as a layer that follows them and the predictions. One computation at a time, in
 * workers: the newest state is what comes next.
 */
export class ResultPreview extends EventTarget {
  readonly labeling: Labeling;
  isOn = false;
  /** Shows the segmentation as it is without the steps, to compare. */
  isBefore = false;
  /** Shares of the part that is seen; undefined until there is one. */
  areas: readonly ResultArea[] | undefined;
  /** Why there is nothing to see. */
  obstacle: 'no-prediction' | 'too-large' | undefined;
  /** Is the whole image seen, so that the files will be what is shown? */
  isWhole = false;
  /** How long the last one took. */
  milliseconds = 0;
  private steps: ResultSteps | undefined;
  private readonly source = new ResultSource();
  private assembled: Assembled | undefined;
  private stopping = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isRunning = false;
  private isStale = false;

  constructor(labeling: Labeling) {
    super();
    this.labeling = labeling;
  }

  start(): void {
    if (this.isOn) return;
    this.isOn = true;
    this.stopping = new AbortController();
    this.labeling.addEventListener('change', this.onChange);
    this.addOverlay();
    this.update();
  }

  stop(): void {
    if (!this.isOn) return;
    this.isOn = false;
    this.stopping.abort();
    clearTimeout(this.timer);
    this.timer = undefined;
    this.labeling.removeEventListener('change', this.onChange);
    this.labeling.setOverlay(overlayId, undefined);
    void forgetPreviews(this.labeling.services.pool).catch(() => undefined); // a closed pool keeps nothing
    this.assembled = undefined;
    this.areas = undefined;
    this.tell();
  }

  /** Steps that are tried out; undefined: those of the project. */
  setSteps(steps: ResultSteps | undefined): void {
    this.steps = steps;
    this.update();
  }

  showBefore(isBefore: boolean): void {
    this.isBefore = isBefore;
    this.update();
    this.tell();
  }

  private readonly onChange = (event: Event): void => {
    const { detail } = event as CustomEvent<string>;
    if (detail === 'lane') this.addOverlay();
    if (detail === 'state' || detail === 'labels' || detail === 'live') return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.update();
    }, patienceMs);
  };

  /** Layers of an image go when another is shown. */
  private addOverlay(): void {
    if (!this.labeling.image) return;
    this.labeling.setOverlay(overlayId, { name: 'Result', source: this.source, opacity: 0.75 });
  }

  private update(): void {
    if (!this.isOn) return;
    this.isStale = true;
    if (!this.isRunning) void this.run();
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    const { signal } = this.stopping;
    try {
      while (this.isStale && this.isOn) {
        this.isStale = false;
        await this.compute(signal);
      }
    } catch (error) {
      if (!isAbortError(error)) this.labeling.report(error);
    } finally {
      this.isRunning = false;
    }
    if (this.isStale && this.isOn) void this.run(); // stopped and started meanwhile
  }

  private async compute(signal: AbortSignal): Promise<void> {
    const { labeling } = this;
    const { classes } = labeling.project;
    const started = performance.now();
    const assembled = this.assemble();
    const steps = this.effectiveSteps(classes);
    const shown = await Promise.all(
      assembled.parts.map(async (part) => {
        const before = await this.beforeOf(part, assembled);
        const options = { steps, pane: panes[part.axis], signal };
        return { part, before, after: await previewResults(labeling.services.pool, part.view, options) };
      }),
    );
    if (signal.aborted) return;
    this.obstacle = shown.length > 0 ? undefined : assembled.isTooLarge ? 'too-large' : 'no-prediction';
    const left = this.isBefore ? classes : combinedClasses(classes, steps.postprocessing ?? {});
    const boxes = shown.map(({ part, before, after }): [SliceAxis, ResultBox] => [
      part.axis,
      { roi: part.roi, labels: (this.isBefore ? before : after).labels },
    ]);
    this.source.show(
      new Map(boxes),
      left.map(({ probabilityColor }) => probabilityColor),
    );
    this.areas = shown.length > 0 ? resultAreas(classes, steps.postprocessing, shown) : undefined;
    const isFlat = labeling.info?.shape[2] === 1;
    this.isWhole = isFlat && shown.every(({ part }) => seesAll(part));
    this.milliseconds = performance.now() - started;
    this.tell();
  }

  /** Steps that fit the classes, without what a slice of a volume cannot tell. */
  private effectiveSteps(classes: readonly LabelClass[]): ResultSteps {
    const { postprocessing, smallestObject } = this.steps ?? this.labeling.resultSteps;
    const isFlat = this.labeling.info?.shape[2] === 1;
    try {
      if (postprocessing) combinedClasses(classes, postprocessing);
      return { postprocessing, ...(isFlat ? { smallestObject } : {}) };
    } catch {
      return {}; // of other classes: new ones are about to be set
    }
  }

  private beforeOf(part: SlicePart, { before }: Assembled): Promise<Preview> {
    let known = before.get(part);
    if (!known) {
      const options = { steps: {}, pane: panes[part.axis] };
      before.set(part, (known = previewResults(this.labeling.services.pool, part.view, options)));
    }
    return known;
  }

  private assemble(): Assembled {
    const { labeling, assembled } = this;
    const inView = new Set(labeling.liveTiles().map(({ roi }) => keyOf(roi)));
    const classCount = labeling.project.classes.length;
    const all = [...labeling.predictionsOf(labeling.laneIndex).all()];
    const tiles = all.filter((tile) => tile.classCount === classCount && inView.has(keyOf(tile.roi)));
    const isSame = assembled?.tiles.length === tiles.length && tiles.every((tile, i) => tile === assembled.tiles[i]);
    if (assembled && isSame) return assembled;
    const shape = labeling.info?.shape ?? [1, 1, 1, 1, 1];
    return (this.assembled = { tiles, ...assembleViews(tiles, shape), before: new Map() });
  }

  private tell(): void {
    this.dispatchEvent(new Event('change'));
  }
}

function seesAll({ view: { known, isEdge } }: SlicePart): boolean {
  return !known && Object.values(isEdge).every(Boolean);
}

function keyOf({ start, stop }: KeptTile['roi']): string {
  return `${start[0]} ${[2, 3, 4].map((axis) => `${start[axis]} ${stop[axis]}`).join(' ')}`;
}
