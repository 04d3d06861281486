import {
  collectLabelledRows,
  crossValidate,
  findById,
  isAbortError,
  labelWarnings,
  type CrossValidation,
  type ImageReference,
  type LabelWarning,
  type PipelineServices,
  type Progress,
  type Project,
} from '@brushwood/core';
import { appMessage } from '../advice.ts';
import type { Overlay } from '../layer-stack.ts';
import type { ProjectSession } from '../project-session.ts';
import { compareTruth, errorOverlay, openTruth, type TruthComparison, type TruthImage } from './compare-truth.ts';
import { isSameImage, isSameTraining } from '../same-training.ts';
import { fitsClasses, guessMapping, isUseful, type TruthMapping } from './truth-values.ts';

/** What it needs of the labeling. */
export interface QualityHost extends EventTarget {
  readonly services: PipelineServices;
  readonly session: ProjectSession;
  readonly laneIndex: number;
  setOverlay(id: string, overlay: Overlay | undefined): void;
}

/** What is being worked out. */
export interface QualityWork {
  readonly what: 'labels' | 'truth';
  readonly phase: string;
  readonly done: number;
  readonly total: number;
}

const overlayId = 'errors';

/**
 * How good the project's classifier is: cross-validation of its labels, and a comparison of one image with the truth. Both are
 * measured when asked for and told to be out of date after edits. One of them at a time; edits of what it measures end the first.
 */
export class QualityCheck {
  private readonly host: QualityHost;
  /** Parts of the cross-validation. */
  folds = 5;
  work: QualityWork | undefined;
  /** What went wrong, of each. */
  problems: { labels?: string; truth?: string } = {};
  validation:
    | { readonly of: Project; readonly result: CrossValidation; readonly warnings: readonly LabelWarning[] }
    | undefined;
  /** The truth that was loaded, and what its values stand for. */
  truth: (TruthImage & { readonly mapping: TruthMapping }) | undefined;
  comparison: TruthComparison | undefined;
  private stop: AbortController | undefined;
  /** What the work under way measures. */
  private measured: Project | undefined;

  constructor(host: QualityHost) {
    this.host = host;
    host.session.addEventListener('change', () => this.onProject());
    host.addEventListener('change', (event) => {
      const { detail } = event as CustomEvent<string>;
      if (detail === 'lane') this.showErrors();
      if (detail === 'leave') this.forget();
    });
  }

  get project(): Project {
    return this.host.session.project;
  }

  /** Were the labels, features or classifier others when this was measured? */
  isStale({ of }: { readonly of: Project }): boolean {
    return !isSameTraining(of, this.project);
  }

  /** The loaded truth belongs to the shown image. */
  get isTruthShown(): boolean {
    const shown = this.project.lanes[this.host.laneIndex]?.rawData;
    return this.truth !== undefined && shown !== undefined && isSameImage(this.truth.image, shown);
  }

  cancel(): void {
    this.stop?.abort();
  }

  /** Cross-validates the project's classifier and looks for labels that hurt it. */
  async validate(): Promise<void> {
    const { project } = this;
    const { services, session } = this.host;
    const { classifierId, options, seed } = project.classifier;
    await this.run('labels', async (context) => {
      const rows = await collectLabelledRows(project, { services, ...context });
      const result = await crossValidate(rows.samples, {
        classifier: findById(services.catalog.classifiers, classifierId, 'classifier'),
        options,
        seed,
        folds: this.folds,
        groups: rows.groups,
        pool: services.pool,
        ...context,
      });
      const warnings = await labelWarnings(project, rows, { ...context, validation: result });
      context.signal.throwIfAborted();
      this.validation = { of: project, result, warnings };
      noteInReport(session, project, result);
    });
  }

  /** Opens a truth image for the shown image and, if its values can be guessed, compares the two. */
  async loadTruth(file: File): Promise<void> {
    const { project } = this;
    const lane = project.lanes[this.host.laneIndex];
    if (!lane) return;
    await this.run('truth', async (context) => {
      const truth = await openTruth(this.host.services.catalog.formats, { file, lane, ...context });
      context.signal.throwIfAborted();
      this.forgetTruth();
      this.truth = { ...truth, mapping: guessMapping(truth.values, project.classes.length) };
    });
    if (this.truth?.file === file && isUseful(this.truth.mapping)) await this.compare();
  }

  setMapping(mapping: TruthMapping): void {
    if (!this.truth) return;
    this.truth = { ...this.truth, mapping };
    this.changed();
  }

  /** Predicts the image of the truth, whole, and compares. */
  async compare(): Promise<void> {
    const { truth, project } = this;
    if (!truth) return;
    await this.run('truth', async (context) => {
      const mapping = fitsClasses(truth.mapping, project.classes)
        ? truth.mapping
        : guessMapping(truth.values, project.classes.length);
      if (this.truth === truth) this.truth = { ...truth, mapping };
      const comparison = await compareTruth(
        project,
        { ...truth, mapping },
        { services: this.host.services, ...context },
      );
      context.signal.throwIfAborted();
      this.comparison = comparison;
      this.showErrors();
    });
  }

  forgetTruth(): void {
    this.truth = undefined;
    this.comparison = undefined;
    this.host.setOverlay(overlayId, undefined);
    this.changed();
  }

  /** Place of an image in the project as it is now, -1 if it was removed. */
  laneOf(image: ImageReference): number {
    return this.project.lanes.findIndex(({ rawData }) => isSameImage(rawData, image));
  }

  /** Another project takes the place of the one that was measured. */
  private forget(): void {
    this.stop?.abort();
    this.stop = undefined;
    this.measured = undefined;
    this.work = undefined;
    this.problems = {};
    this.validation = undefined;
    this.forgetTruth();
  }

  private showErrors(): void {
    const { truth, comparison } = this;
    if (truth && comparison && this.isTruthShown) this.host.setOverlay(overlayId, errorOverlay(comparison));
  }

  private async run(
    what: QualityWork['what'],
    work: (context: { signal: AbortSignal; onProgress(progress: Progress): void }) => Promise<void>,
  ): Promise<void> {
    this.stop?.abort();
    const stop = new AbortController();
    this.stop = stop;
    this.measured = this.project;
    this.problems = { ...this.problems, [what]: undefined };
    this.work = { what, phase: 'Starting', done: 0, total: 0 };
    this.changed();
    try {
      await work({
        signal: stop.signal,
        onProgress: ({ phase, done, total }) => {
          if (this.stop !== stop) return;
          this.work = { what, phase, done, total };
          this.changed();
        },
      });
    } catch (error) {
      if (!isAbortError(error)) this.problems = { ...this.problems, [what]: appMessage(error) };
    } finally {
      if (this.stop === stop) {
        this.stop = undefined;
        this.measured = undefined;
        this.work = undefined;
      }
      this.changed();
    }
  }

  /** What is measured is gone: what would come of it is about nothing. */
  private onProject(): void {
    if (!this.measured || !this.stop || isSameTraining(this.measured, this.project)) return;
    const { what } = this.work!;
    this.stop.abort();
    this.problems = {
      ...this.problems,
      [what]: 'Stopped, as labels or settings changed. Compute it again when you are done.',
    };
  }

  private changed(): void {
    this.host.dispatchEvent(new CustomEvent('change', { detail: 'quality' }));
  }
}

/** The figures go with the model they are about, into the project file. */
function noteInReport(session: ProjectSession, of: Project, { folds, accuracy }: CrossValidation): void {
  const { classifier } = session.project;
  if (!classifier.model || !classifier.report || !isSameTraining(of, session.project)) return;
  const crossValidation = { folds, accuracy: accuracy.mean, deviation: accuracy.deviation };
  session.setModel(session.project, { ...classifier, report: { ...classifier.report, crossValidation } });
}
