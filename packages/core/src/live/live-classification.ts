import type { StoredModel } from '../contracts/classifier.ts';
import { BrushwoodError, isAbortError, messageOf } from '../errors.ts';
import { hasLabels } from '../project/labels.ts';
import type { Project } from '../project/project.ts';
import type { LaneRows } from './collect-rows.ts';
import type { LiveClassification, LiveOptions, LiveState, LiveTile } from './live-contract.ts';
import { LiveImages } from './live-images.ts';
import { LiveModels, type LiveModel } from './live-models.ts';
import { LiveWorkers } from './live-workers.ts';
import { TilePainter } from './tile-painter.ts';
import {
  isSameTraining,
  LabelCounter,
  obstacleToFeatures,
  obstacleToTraining,
  ProjectModel,
  trainingInputs,
  type TrainingInputs,
} from './training-inputs.ts';

/** @see LiveClassification */
export function createLiveClassification(options: LiveOptions): LiveClassification {
  return new LiveEngine(options);
}

/** Brings the view up to date with one state of what is learnt from. */
interface Pass {
  readonly inputs: TrainingInputs;
  readonly stop: AbortController;
}

interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

const defaultCacheBytes = 2 ** 30;

class LiveEngine implements LiveClassification {
  private readonly options: LiveOptions;
  private readonly workers: LiveWorkers;
  private readonly images: LiveImages;
  private readonly painter: TilePainter;
  private readonly models: LiveModels;
  private readonly counter = new LabelCounter();
  private readonly projectModel = new ProjectModel();
  private project: Project | undefined;
  private inputs: TrainingInputs | undefined;
  /** The model that came with the project. */
  private given: StoredModel | undefined;
  private view: readonly LiveTile[] = [];
  private isLive = false;
  private isClosed = false;
  /** Who waits for `updateOnce`. */
  private waiters: Waiter[] = [];
  private pass: Pass | undefined;
  private isScheduled = false;
  private told: LiveState | undefined;
  /** The project whose model was handed over. */
  private toldModelOf: Project | undefined;

  constructor(options: LiveOptions) {
    const { services, cacheBytes = defaultCacheBytes } = options;
    this.options = options;
    this.workers = new LiveWorkers(services.pool, cacheBytes);
    this.images = new LiveImages(services.pool);
    this.models = new LiveModels(services, this.workers);
    this.painter = new TilePainter(this.workers, (result) => options.onTile(result));
  }

  setProject(project: Project): void {
    if (project === this.project) return;
    const inputs = trainingInputs(project, this.images);
    const hasChanged = !this.inputs || !isSameTraining(this.inputs, inputs);
    this.given = this.projectModel.take(project, hasChanged);
    this.project = project;
    this.inputs = hasChanged ? inputs : this.inputs;
    if (this.pass && hasChanged) this.pass.stop.abort();
    this.schedule();
  }

  setView(tiles: readonly LiveTile[]): void {
    this.view = tiles;
    this.schedule();
  }

  setLive(isLive: boolean): void {
    this.isLive = isLive;
    this.schedule();
  }

  updateOnce(): Promise<void> {
    if (this.isClosed) return Promise.reject(closedError());
    return new Promise<void>((resolve, reject) => {
      this.waiters.push({ resolve, reject });
      this.schedule();
    });
  }

  async feature(tile: LiveTile, featureIndex: number): Promise<Float32Array> {
    if (this.isClosed) throw closedError();
    const { project } = this;
    const obstacle = project ? obstacleToFeatures(project) : noProjectError();
    if (obstacle) throw obstacle;
    const image = await this.images.resolve(project!, tile.laneIndex);
    this.workers.setImages(this.images.setups());
    const { plane } = await this.workers.run({ imageKey: image.key, roi: tile.roi, featureIndex });
    return plane!;
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.pass?.stop.abort();
    this.painter.setView([]);
    for (const waiter of this.waiters.splice(0)) waiter.reject(closedError());
    await this.workers.close();
  }

  /** Looks, once everything that is being set has been set, for what is to be done. */
  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    queueMicrotask(() => {
      this.isScheduled = false;
      this.start();
    });
  }

  private start(): void {
    if (this.isClosed) return;
    const { pass, project, inputs } = this;
    if (!this.isLive && this.waiters.length === 0) {
      pass?.stop.abort();
      this.tell({ phase: 'off', done: 0, total: 0 });
      return;
    }
    if (pass && !pass.stop.signal.aborted && pass.inputs === inputs) {
      const check = () => void (this.pass === pass || this.schedule());
      void this.applyView().then(check, check); // a pass that goes on meets the same error
      return;
    }
    pass?.stop.abort();
    if (!project || !inputs) return this.wait(noProjectError());
    const next = { inputs, stop: new AbortController() };
    this.pass = next;
    if (!this.models.find(inputs, this.given)) this.tell({ phase: 'training', done: 0, total: 0 });
    void this.run(next, project);
  }

  private async run(pass: Pass, project: Project): Promise<void> {
    const isCurrent = () => this.pass === pass && !pass.stop.signal.aborted;
    try {
      await this.bringUpToDate(pass, project).catch((error: unknown) => {
        // The pool has another worker by now.
        if (!isCurrent() || !hasCrashed(error)) throw error;
        return this.bringUpToDate(pass, project);
      });
      if (!isCurrent()) return;
      this.pass = undefined;
      for (const waiter of this.waiters.splice(0)) waiter.resolve();
      this.tell({ phase: 'settled', done: 0, total: 0 });
      if (!this.isLive) this.schedule();
    } catch (error) {
      if (!isCurrent() || isAbortError(error)) return;
      this.pass = undefined;
      this.wait(error);
      if (!this.isLive) this.schedule();
    }
  }

  private async bringUpToDate(pass: Pass, project: Project): Promise<void> {
    const { signal } = pass.stop;
    this.images.keepOnly(project);
    const obstacle = obstacleToFeatures(project);
    if (obstacle) throw obstacle;
    await this.applyView();
    signal.throwIfAborted();
    const counts = this.counter.count(project);
    const isWaiting = this.given ? undefined : obstacleToTraining(project, counts);
    if (isWaiting) {
      // What can be done before the user goes on.
      await this.painter.paint({ signal, onProgress: this.progress('features') });
      throw isWaiting;
    }
    const found = this.models.find(pass.inputs, this.given);
    const { model, report } = found ?? (await this.train(pass, project, counts));
    // Not only after training: after undo and redo the labels are those of a model that the project has dropped.
    if (report && project.classifier.model !== model.stored && this.toldModelOf !== project) {
      this.toldModelOf = project;
      this.options.onModel?.(model.stored, report);
    }
    do {
      await this.painter.paint({ model, signal, onProgress: this.progress('predicting') });
      await this.applyView();
    } while (!this.painter.isUpToDate(model));
  }

  private async train(pass: Pass, project: Project, classCounts: readonly number[]): Promise<LiveModel> {
    const { signal } = pass.stop;
    const lanes = await this.laneRows(project);
    signal.throwIfAborted();
    return this.models.train({
      project,
      inputs: pass.inputs,
      lanes,
      classCounts,
      signal,
      onProgress: (phase, done, total) => this.tell({ phase, done, total }),
      onPartial: (partial) =>
        this.painter.paint({ model: partial, onlyKept: true, signal, onProgress: this.progress('predicting') }),
    });
  }

  private async laneRows(project: Project): Promise<LaneRows[]> {
    const lanes = project.lanes.map((lane, laneIndex) => ({ ...lane, laneIndex }));
    const labelled = lanes.filter((lane) => hasLabels(lane.labels));
    const rows = await Promise.all(
      labelled.map(async ({ labels, laneIndex }) => {
        const { key, rows } = await this.images.resolve(project, laneIndex);
        const view = this.view.filter((tile) => tile.laneIndex === laneIndex).map(({ roi }) => roi);
        return { imageKey: key, labels, rows, view };
      }),
    );
    this.workers.setImages(this.images.setups());
    return rows;
  }

  /** Tells the painter which tiles of which images are wanted. */
  private async applyView(): Promise<void> {
    const { view, project } = this;
    if (!project) return;
    const tiles = await Promise.all(
      view.map(async (tile) => ({ tile, imageKey: (await this.images.resolve(project, tile.laneIndex)).key })),
    );
    if (view !== this.view || project !== this.project) return;
    this.workers.setImages(this.images.setups());
    this.painter.setView(tiles);
  }

  private wait(error: unknown): void {
    const told =
      error instanceof BrushwoodError
        ? error
        : new BrushwoodError('internal', `Live update failed: ${messageOf(error)}`, {}, { cause: error });
    for (const waiter of this.waiters.splice(0)) waiter.reject(told);
    const isObstacle = obstacles.has(told.code);
    this.tell({
      phase: 'waiting',
      done: 0,
      total: 0,
      reason: told.message,
      code: told.code,
      ...(isObstacle ? {} : { error: told }),
    });
  }

  private progress(phase: LiveState['phase']): (done: number, total: number) => void {
    return (done, total) => this.tell({ phase, done, total });
  }

  private tell(state: LiveState): void {
    if (this.isClosed || (this.told && isSameState(this.told, state))) return;
    this.told = state;
    this.options.onState(state);
  }
}

/** What the user is expected to do next, rather than something that went wrong. */
const obstacles: ReadonlySet<string> = new Set(['no-labels', 'one-class', 'no-features', 'lane-missing']);

function isSameState(a: LiveState, b: LiveState): boolean {
  return (
    a.phase === b.phase && a.done === b.done && a.total === b.total && a.reason === b.reason && a.error === b.error
  );
}

function hasCrashed(error: unknown): boolean {
  return error instanceof BrushwoodError && error.code === 'worker-crashed';
}

function noProjectError(): BrushwoodError {
  return new BrushwoodError('lane-missing', 'Open a project or an image first.');
}

function closedError(): BrushwoodError {
  return new BrushwoodError('closed', 'Live update was closed.');
}
