import {
  isAbortError,
  openSuggestions,
  type FeatureSet,
  type FeatureSuggestions,
  type LiveState,
  type OptionValues,
  type Progress,
  type Project,
  type SuggestionMethod,
} from '@brushwood/core';
import { appMessage } from './advice.ts';
import type { Labeling } from './labeling.ts';
import { SegmentationPreview } from './segmentation-preview.ts';

/**
 * Sets of features that are compared: all, those of the project, and what methods suggest. The chosen one is shown on the image; the
 * project changes only when it is taken over. Tells changes by `change` events.
 */
export class FeatureSuggestion extends EventTarget {
  sets: readonly FeatureSet[] = [];
  /** Place of the set that is shown on the image. */
  selected: number | undefined;
  /** Of a run that is under way. */
  progress: Progress | undefined;
  /** What could not be used, for people. */
  notes: readonly string[] = [];
  problem: string | undefined;
  /** Of the segmentation of the view. */
  previewState: LiveState = { phase: 'off', done: 0, total: 0 };
  private readonly labeling: Labeling;
  private readonly preview: SegmentationPreview;
  private opened: { readonly project: Project; readonly suggestions: FeatureSuggestions } | undefined;
  private stop: AbortController | undefined;

  constructor(labeling: Labeling) {
    super();
    this.labeling = labeling;
    labeling.addEventListener('change', this.onChange);
    this.preview = new SegmentationPreview(labeling, (state) => {
      this.previewState = state;
      if (state.error) this.problem = appMessage(state.error);
      this.changed();
    });
  }

  /** In the order in which they are offered; the first is what to begin with. */
  get methods(): readonly SuggestionMethod[] {
    return this.labeling.services.catalog.suggestionMethods;
  }

  get isRunning(): boolean {
    return this.stop !== undefined;
  }

  /** Were strokes painted, or other things changed, since the sets were judged? The next run begins anew. */
  get isStale(): boolean {
    return this.opened !== undefined && !isSameBasis(this.opened.project, this.labeling.project);
  }

  /** Adds the set a method suggests, and shows it; the first time all features and those of the project too. */
  async run(methodId: string, parameters: OptionValues): Promise<void> {
    this.abort();
    const stop = new AbortController();
    const { signal } = stop;
    const onProgress = (progress: Progress) => {
      if (signal.aborted) return;
      this.progress = progress;
      this.changed();
    };
    this.stop = stop;
    this.problem = undefined;
    this.changed();
    try {
      const suggestions = await this.open({ signal, onProgress });
      const set = await suggestions.suggest(methodId, { parameters, signal, onProgress });
      signal.throwIfAborted();
      this.add(set);
      this.select(this.sets.length - 1);
    } catch (error) {
      if (!signal.aborted && !isAbortError(error)) this.problem = appMessage(error);
    } finally {
      if (this.stop === stop) {
        this.stop = undefined;
        this.progress = undefined;
      }
      this.changed();
    }
  }

  /** Ends the run that is under way; sets that were judged stay. */
  abort(): void {
    this.stop?.abort();
    this.stop = undefined;
    this.progress = undefined;
    this.changed();
  }

  /** Shows how a set segments the view; undefined: none. */
  select(place: number | undefined): void {
    this.selected = place;
    const set = place === undefined ? undefined : this.sets[place];
    this.preview.show(this.opened?.project, set);
    this.changed();
  }

  /** Makes the set that is shown the project's. */
  use(): void {
    const set = this.selected === undefined ? undefined : this.sets[this.selected];
    if (set) this.labeling.setFeatures(set.selection);
  }

  async close(): Promise<void> {
    this.labeling.removeEventListener('change', this.onChange);
    this.abort();
    await this.preview.close();
  }

  /** Another project takes the place of the one whose features are compared. */
  private readonly onChange = (event: Event): void => {
    if ((event as CustomEvent<string>).detail !== 'leave') return;
    this.abort();
    this.sets = [];
    this.notes = [];
    this.problem = undefined;
    this.opened = undefined;
    this.select(undefined);
  };

  private async open(run: { signal: AbortSignal; onProgress(progress: Progress): void }): Promise<FeatureSuggestions> {
    const { project, services } = this.labeling;
    let { opened } = this;
    if (!opened || this.isStale) {
      this.select(undefined);
      this.sets = [];
      this.opened = undefined;
      opened = { project, suggestions: await openSuggestions(project, { services, ...run }) };
      run.signal.throwIfAborted();
      this.opened = opened;
      this.notes = opened.suggestions.notes;
    }
    if (this.sets.length === 0) {
      // What a run that was ended has judged is known to the suggestions already.
      const all = await opened.suggestions.allFeatures(run);
      const own = await opened.suggestions.projectFeatures(run);
      run.signal.throwIfAborted();
      for (const set of own ? [all, own] : [all]) this.add(set);
    }
    return opened.suggestions;
  }

  /** The same method with the same parameters again: its set moves to the end. */
  private add(set: FeatureSet): void {
    this.sets = [...this.sets.filter(({ name }) => name !== set.name), set];
    this.changed();
  }

  private changed(): void {
    this.dispatchEvent(new CustomEvent('change'));
  }
}

/** Do two projects give the same samples and the same judgement? */
function isSameBasis(a: Project, b: Project): boolean {
  return (
    a.lanes.length === b.lanes.length &&
    a.lanes.every(({ rawData, labels }, i) => rawData === b.lanes[i]!.rawData && labels === b.lanes[i]!.labels) &&
    a.classes === b.classes &&
    a.features === b.features &&
    a.normalization === b.normalization &&
    a.classifier.classifierId === b.classifier.classifierId &&
    a.classifier.options === b.classifier.options
  );
}
