import type { ClassifierModel, StoredModel, TrainingReport } from '../contracts/classifier.ts';
import type { PipelineServices } from '../pipeline/services.ts';
import type { Project } from '../project/project.ts';
import { collectRows, type LaneRows } from './collect-rows.ts';
import type { LiveWorkers } from './live-workers.ts';
import type { PaintModel } from './tile-painter.ts';
import { trainLive } from './train-live.ts';
import { isSameTraining, type TrainingInputs } from './training-inputs.ts';

export interface ModelJob {
  readonly project: Project;
  readonly inputs: TrainingInputs;
  readonly lanes: readonly LaneRows[];
  /** Labelled voxels per class. */
  readonly classCounts: readonly number[];
  readonly signal: AbortSignal;
  onProgress(phase: 'features' | 'training', done: number, total: number): void;
  /** Gets a rough model if there is one; the rest is trained after it. */
  onPartial(model: PaintModel): Promise<void>;
}

/** A settled model, and what training said of it if it was trained here. */
export interface LiveModel {
  readonly model: PaintModel;
  readonly report?: TrainingReport;
}

/** The newest model of a project, and how it came to be. */
export class LiveModels {
  private readonly services: PipelineServices;
  private readonly workers: LiveWorkers;
  private settled: (LiveModel & { readonly inputs: TrainingInputs }) | undefined;
  private generation = 0;

  constructor(services: PipelineServices, workers: LiveWorkers) {
    this.services = services;
    this.workers = workers;
  }

  /**
   * The model of these inputs, if there is one.
   * @param given the one that came with the project
   */
  find(inputs: TrainingInputs, given: StoredModel | undefined): LiveModel | undefined {
    const { settled } = this;
    if (given) return settled?.model.stored === given ? settled : this.take(inputs, given);
    return settled && isSameTraining(settled.inputs, inputs) ? settled : undefined;
  }

  /** @throws what computing features and training throw, 'aborted' */
  async train(job: ModelJob): Promise<LiveModel> {
    const { project, lanes, classCounts, signal, onProgress } = job;
    await collectRows(this.workers, lanes, {
      signal,
      onProgress: (done, total) => onProgress('features', done, total),
    });
    onProgress('training', 0, 0);
    const generation = ++this.generation;
    const { model, report } = await trainLive(project, lanes, {
      services: this.services,
      classCounts,
      signal,
      onProgress: ({ done, total }) => onProgress('training', done, total),
      onPartial: (partial: ClassifierModel) => job.onPartial(paintModel(partial.save(), generation, true)),
    });
    signal.throwIfAborted();
    this.settled = { inputs: job.inputs, model: paintModel(model.save(), generation, false), report };
    return this.settled;
  }

  private take(inputs: TrainingInputs, given: StoredModel): LiveModel {
    this.settled = { inputs, model: paintModel(given, ++this.generation, false) };
    return this.settled;
  }
}

function paintModel(stored: StoredModel, generation: number, isPreliminary: boolean): PaintModel {
  const version = 2 * generation + (isPreliminary ? 0 : 1);
  return { version, stored, classCount: stored.classCount, generation, isPreliminary };
}
