import {
  combinedClasses,
  elementCount,
  findById,
  isAbortError,
  plannedRoi,
  requestOf,
  roiShape,
  type Catalog,
  type ExportPlan,
  type ExportSettings,
  type LabelClass,
  type Lane,
  type PageFolder,
  type Shape5,
} from '@brushwood/core';
import { appMessage } from '../advice.ts';
import type { Labeling } from '../labeling.ts';
import { takeProject } from '../taken-project.ts';
import { createDownloadDestination } from './download-destination.ts';
import { initialForm, planOfForm, type ExportForm } from './export-form.ts';
import type { ExportImage, ExportRunner } from './export-plan.ts';
import { formOfSettings, settingsOfForm } from './export-settings.ts';
import { createFolderDestination, type FolderOptions } from './folder-destination.ts';
import { createPageRunner } from './page-runner.ts';
import { previewExports, type PreviewRow } from './preview-exports.ts';
import type { RunImage } from './run-progress.ts';

/** A run of exports, under way or over. */
export interface ExportRun {
  readonly images: readonly RunImage[];
  readonly startedMs: number;
  readonly endedMs?: number;
  /** Why it ended before all images were done. */
  readonly problem?: string;
  readonly isCancelled: boolean;
}

export interface StartOptions extends FolderOptions {
  /** Numbers of the images of the project. */
  readonly lanes: readonly number[];
}

/**
 * What is chosen about the exports of a project, and the run of them. It outlives the panel that shows it. Fires `change`.
 */
export class ExportDesk extends EventTarget {
  /** Where results go: downloads, unless a folder was chosen. */
  folder: PageFolder | undefined;
  /** Behind `brushwood ui`: it writes to the disk of its computer. */
  serverRunner: ExportRunner | undefined;
  /** Replace files that exist on the server's computer. */
  overwrite = false;
  run: ExportRun | undefined;
  private readonly labeling: Labeling;
  private form: ExportForm = initialForm;
  /** The settings of the project that the form stands for. */
  private known: ExportSettings | undefined;
  private stop: AbortController | undefined;

  constructor(labeling: Labeling) {
    super();
    this.labeling = labeling;
  }

  /** What is chosen. Of another project: what it remembers. */
  get chosen(): ExportForm {
    const { exportSettings } = this.labeling.project;
    if (this.known !== exportSettings) {
      const { sourceIds } = this.form;
      this.form = { ...formOfSettings(exportSettings, { catalog: this.catalog, shape: this.shape }), sourceIds };
      this.known = exportSettings;
    }
    return this.form;
  }

  get isRunning(): boolean {
    return this.run !== undefined && this.run.endedMs === undefined;
  }

  /** Changes what is chosen; the project remembers it, as far as ilastik has a place for it. */
  choose(change: Partial<ExportForm>): void {
    const before = this.chosen;
    this.form = { ...before, ...change };
    const { session, project } = this.labeling;
    const old = settingsOfForm(before, project.exportSettings, this.shape);
    const settings = settingsOfForm(this.form, project.exportSettings, this.shape);
    if (JSON.stringify(old) !== JSON.stringify(settings)) {
      this.known = settings;
      session.edit({ ...project, exportSettings: settings });
    }
    this.changed();
  }

  /** Of the results: after combining. */
  get classes(): readonly LabelClass[] {
    const { project, resultSteps } = this.labeling;
    const { postprocessing } = resultSteps;
    return postprocessing ? combinedClasses(project.classes, postprocessing) : project.classes;
  }

  setFolder(folder: PageFolder | undefined): void {
    this.folder = folder;
    this.changed();
  }

  setOverwrite(overwrite: boolean): void {
    this.overwrite = overwrite;
    this.changed();
  }

  /** The plan of what is chosen, also for images that are not of the project. */
  plan(): ExportPlan {
    const { project, resultSteps } = this.labeling;
    const plan = planOfForm(this.chosen, {
      catalog: this.catalog,
      workflowId: project.workflowId,
      steps: resultSteps,
      classCount: this.classes.length,
    });
    return { ...plan, overwrite: this.overwrite };
  }

  preview(lanes: readonly number[]): readonly PreviewRow[] {
    const { project } = this.labeling;
    const wanted = lanes.flatMap((index) => project.lanes[index] ?? []);
    return previewExports(project, this.plan(), {
      catalog: this.catalog,
      lanes: wanted,
      isPage: !this.serverRunner,
    });
  }

  /** Trains if need be and exports the project as it is now. What goes wrong is told by `run`. */
  async start({ lanes, askTaken }: StartOptions): Promise<void> {
    if (this.isRunning) return;
    const { labeling } = this;
    const stop = new AbortController();
    this.stop = stop;
    const plan = this.plan();
    const taken = takeProject(labeling);
    const wanted = lanes.flatMap((index) => taken.project.lanes[index] ?? []);
    const runner = this.runner(askTaken);
    this.run = {
      images: wanted.map((lane) => waiting(lane, plan)),
      startedMs: performance.now(),
      isCancelled: false,
    };
    const guard = (event: Event) => event.preventDefault();
    globalThis.addEventListener('beforeunload', guard);
    this.changed();
    let problem: string | undefined;
    try {
      const project = await taken.train(stop.signal);
      this.update({ startedMs: performance.now() });
      await runner.run(project, wanted.map(imageOf), plan, this.events(stop.signal));
    } catch (error) {
      if (!isAbortError(error) || !stop.signal.aborted) problem = appMessage(error);
    } finally {
      globalThis.removeEventListener('beforeunload', guard);
      this.update({ endedMs: performance.now(), problem, isCancelled: stop.signal.aborted });
    }
  }

  cancel(): void {
    this.stop?.abort();
    this.changed();
  }

  private get catalog(): Catalog {
    return this.labeling.services.catalog;
  }

  /** Of the image a cut-out is about. */
  private get shape(): Shape5 | undefined {
    return this.labeling.project.lanes[0]?.rawData.shape;
  }

  private runner(askTaken: StartOptions['askTaken']): ExportRunner {
    if (this.serverRunner) return this.serverRunner;
    const { folder } = this;
    const destination = folder ? createFolderDestination(folder, { askTaken }) : createDownloadDestination();
    return createPageRunner(this.labeling.services, destination);
  }

  private events(signal: AbortSignal): Parameters<ExportRunner['run']>[3] {
    return {
      signal,
      onProgress: ({ index, done, total, phase }) =>
        this.updateImage(index, { state: 'running', share: total > 0 ? done / total : 0, phase }),
      onDone: ({ index, files }) =>
        this.updateImage(index, { state: files.length > 0 ? 'done' : 'skipped', share: 1, files }),
      onWarning: ({ index, message }) => this.addMessage(index, message),
      onFailure: ({ index, error }) => {
        this.updateImage(index, { state: 'failed' });
        this.addMessage(index, appMessage(error));
      },
    };
  }

  private addMessage(index: number, message: string): void {
    this.updateImage(index, { messages: [...(this.run?.images[index]?.messages ?? []), message] });
  }

  private updateImage(index: number, change: Partial<RunImage>): void {
    this.update({
      images: (this.run?.images ?? []).map((image, i) => (i === index ? { ...image, ...change } : image)),
    });
  }

  private update(change: Partial<ExportRun>): void {
    if (this.run) this.run = { ...this.run, ...change };
    this.changed();
  }

  private changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

function imageOf({ rawData, predictionMask, labels }: Lane): ExportImage {
  const mask = predictionMask && requestOf(predictionMask);
  return { nickname: rawData.nickname, image: requestOf(rawData), mask, labels };
}

function waiting({ rawData }: Lane, plan: ExportPlan): RunImage {
  const roi = plannedRoi(plan, rawData.shape);
  const shape = roi ? roiShape(roi) : rawData.shape;
  const voxels = Math.max(0, elementCount(shape) / shape[1]);
  return { name: rawData.nickname, state: 'waiting', voxels, share: 0, phase: '', files: [], messages: [] };
}

/** What can be exported of a project. */
export function exportSourcesOf({ project, services }: Labeling) {
  return findById(services.catalog.workflows, project.workflowId, 'workflow').exportSources;
}
