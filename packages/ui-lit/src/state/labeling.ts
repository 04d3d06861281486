import {
  createLiveClassification,
  dropModel,
  newProject,
  setResultSteps,
  type FeaturePlan,
  type FeatureSelection,
  type ImageInfo,
  type LiveClassification,
  type LiveState,
  type LiveTile,
  type LiveTileResult,
  type PipelineServices,
  type Project,
  type ResultSteps,
  type Roi,
} from '@brushwood/core';
import { FeatureSource } from '../sources/feature-source.ts';
import { LabelSource } from '../sources/label-source.ts';
import type { PredictionStore } from '../sources/prediction-store.ts';
import { PredictionStores } from '../sources/prediction-stores.ts';
import type { Layer, Point2, Point5, ShownImage, SliceAxis, SlicePlane } from '../view/layer.ts';
import type { ChannelDisplay } from '../view/raw-rendering.ts';
import { appMessage } from './advice.ts';
import { areasOf } from './areas-in-view.ts';
import { allFittingFeatures } from './fitting-features.ts';
import { ExportDesk } from './exports/export-desk.ts';
import { withDisplay } from './lane-display.ts';
import { buildLayers, type LayerParts, type LayerSettings, type Overlay } from './layer-stack.ts';
import { openLane } from './open-lane.ts';
import { displayKey, ProjectFacts } from './project-facts.ts';
import { ProjectSession, type ProjectChange } from './project-session.ts';
import { QualityCheck } from './quality/quality-check.ts';
import { SliceIntensities } from './slice-intensities.ts';
import { createStrokeHost } from './stroke-host.ts';
import { sliceAxisOf, tileLimit, tilesInView, type Focus, type ViewedSlice } from './tiles-in-view.ts';
import { Toolbox } from './toolbox.ts';

export interface LabelingOptions {
  readonly services: PipelineServices;
  /** Memory for features of visible tiles, all workers together. Default 1 GiB. */
  readonly cacheBytes?: number;
}

/** The way from a stroke to the overlay: project, shown lane, tools, layers and live update. Elements show it. */
export class Labeling extends EventTarget {
  readonly services: PipelineServices;
  readonly session: ProjectSession;
  readonly live: LiveClassification;
  readonly tools: Toolbox;
  readonly exportDesk: ExportDesk;
  readonly quality: QualityCheck;
  liveState: LiveState = { phase: 'off', done: 0, total: 0 };
  isLive = false;
  laneIndex = 0;
  image: ShownImage | undefined;
  info: ImageInfo | undefined;
  channels: readonly ChannelDisplay[] = [];
  /** Feature that is shown as a layer. */
  previewIndex: number | undefined;
  layers: readonly Layer[] = [];
  /** The voxel or slice that was last asked for: whoever shows the image brings it into view. */
  place: Point5 | SlicePlane | undefined;
  /** Values of the shown image, for tools. */
  intensities: SliceIntensities | undefined;
  /** What the viewer shows, the slice that is worked in first. */
  slices: readonly ViewedSlice[] = [];
  /** What went wrong last, for the status line. */
  problem: string | undefined;
  private readonly facts: ProjectFacts;
  private readonly cacheBytes: number;
  private readonly settings = new Map<string, LayerSettings>();
  private layerOrder: readonly string[] = [];
  private readonly displays = new Map<string, readonly ChannelDisplay[]>();
  private parts: LayerParts | undefined;
  private readonly overlays = new Map<string, Overlay>();
  /** The project the live engine works on. */
  private given: Project | undefined;
  private readonly predictions = new PredictionStores();
  private focus: Focus | undefined;
  private asked: object | undefined;
  private opening: AbortController | undefined;

  constructor({ services, cacheBytes = 2 ** 30 }: LabelingOptions) {
    super();
    this.services = services;
    this.facts = new ProjectFacts(services.catalog.filters);
    this.cacheBytes = cacheBytes;
    this.session = new ProjectSession(newProject(services.catalog));
    this.live = createLiveClassification({
      services,
      cacheBytes,
      onTile: (result) => this.showPrediction(result),
      onState: (state) => this.setLiveState(state),
      onModel: (model, report) => {
        const trained = this.given;
        if (trained) this.session.setModel(trained, { ...trained.classifier, model, report });
      },
    });
    this.tools = new Toolbox({
      host: (tools) =>
        createStrokeHost(this, {
          tools,
          intensities: () => this.intensities,
          visibleBox: (axis) => this.slices.find(({ plane }) => plane.axis === axis)?.box,
          show: (labels, changed) =>
            this.parts?.labels.update(labels, this.facts.colorsOf(this.project).labels, changed),
        }),
      onChange: () => this.changed(),
    });
    this.exportDesk = new ExportDesk(this);
    this.quality = new QualityCheck(this);
    this.session.addEventListener('change', (event) => this.onProject((event as CustomEvent<ProjectChange>).detail));
  }

  get project(): Project {
    return this.session.project;
  }

  /** What exports do with the probabilities. */
  get resultSteps(): ResultSteps {
    return this.project.resultSteps ?? {};
  }

  /** The features of the shown image; undefined without image or selection. */
  get featurePlan(): FeaturePlan | undefined {
    return this.facts.planOf(this.project, this.laneIndex);
  }

  /** Is live update at work? */
  get isBusy(): boolean {
    return ['features', 'training', 'predicting'].includes(this.liveState.phase);
  }

  openProject(project: Project, history?: Parameters<ProjectSession['open']>[1]): Promise<void> {
    this.forgetShown();
    this.session.open(project, history);
    return this.showLane(0);
  }

  /** Work that was not saved, over the project as it was saved. */
  restoreProject(project: Project, history: Parameters<ProjectSession['open']>[1]): Promise<void> {
    this.forgetShown();
    this.session.restore(project, history);
    return this.showLane(0);
  }

  /** Shows another image of the project. */
  async showLane(index: number): Promise<void> {
    this.opening?.abort();
    this.opening = new AbortController();
    const { signal } = this.opening;
    const lane = this.project.lanes[index];
    this.laneIndex = index;
    this.image = undefined;
    this.info = undefined;
    this.channels = [];
    this.problem = undefined;
    this.parts = undefined;
    this.intensities = undefined;
    this.tools.release();
    this.overlays.clear();
    this.previewIndex = undefined;
    this.layers = [];
    this.changed('lane');
    if (!lane) return;
    try {
      const channels = this.displays.get(displayKey(lane));
      const opened = await openLane(lane, { services: this.services, signal, channels });
      if (signal.aborted) return;
      this.displays.set(displayKey(lane), opened.channels);
      this.info = opened.info;
      this.tools.intensityType = opened.info.dtype;
      this.channels = opened.channels;
      this.image = opened.image;
      this.parts = {
        raw: opened.raw,
        labels: new LabelSource(lane.labels, this.facts.colorsOf(this.project).labels),
        predictions: this.predictionsOf(index),
      };
      this.intensities = new SliceIntensities(opened.raw);
      this.rebuildLayers();
    } catch (error) {
      if (signal.aborted) return;
      this.problem = appMessage(error);
    }
    this.changed('lane');
  }

  /** Brings a voxel into view, of another image if need be; or goes to a slice. */
  async goTo(place: Point5 | SlicePlane, laneIndex = this.laneIndex): Promise<void> {
    const asked = { laneIndex, place };
    this.asked = asked;
    if (laneIndex !== this.laneIndex) await this.showLane(laneIndex);
    if (this.asked !== asked || this.laneIndex !== laneIndex) return; // overtaken
    this.place = place;
    this.changed('place');
  }

  selectLabel(label: number): void {
    if (label >= 1 && label <= this.project.classes.length) this.tools.selectLabel(label);
  }

  setLive(isLive: boolean): void {
    this.isLive = isLive;
    this.live.setLive(isLive);
    this.layerSettings('prediction', { isVisible: true });
    this.changed();
  }

  async updateOnce(): Promise<void> {
    this.layerSettings('prediction', { isVisible: true });
    await this.live.updateOnce();
  }

  setFeatures(features: FeatureSelection): void {
    this.setPreview(undefined);
    this.session.edit(dropModel({ ...this.project, features }));
  }

  /** All filters at the sigmas the shown image is large enough for. */
  selectAllFeatures(): void {
    this.setFeatures(allFittingFeatures(this.project.features, this.services.catalog.filters, this.info?.shape));
  }

  /** Shows one feature as a layer; undefined takes it away. */
  setPreview(featureIndex: number | undefined): void {
    this.previewIndex = featureIndex;
    const level = this.info?.levels[0];
    const name = featureIndex === undefined ? undefined : this.featurePlan?.names[featureIndex];
    const { laneIndex } = this;
    const read = (roi: Roi) => this.live.feature({ laneIndex, roi }, featureIndex!);
    this.setOverlay(
      'feature',
      level && name !== undefined ? { name, source: new FeatureSource(read, level) } : undefined,
    );
  }

  /** A further layer of the shown image, on top of the predictions; undefined takes it away. Gone when another image is shown. */
  setOverlay(id: string, overlay: Overlay | undefined): void {
    if (overlay) this.overlays.set(id, overlay);
    else {
      this.overlays.delete(id);
      this.settings.delete(`overlay ${id}`);
    }
    this.rebuildLayers();
    this.changed();
  }

  hasOverlay(id: string): boolean {
    return this.overlays.has(id);
  }

  /** @throws 'invalid-parameter' for steps that do not fit the classes */
  setResultSteps(steps: ResultSteps): void {
    this.session.edit(setResultSteps(this.project, steps));
  }

  setChannels(channels: readonly ChannelDisplay[]): void {
    const { laneIndex, parts, channels: before } = this;
    const lane = this.project.lanes[laneIndex];
    if (!lane || !parts) return; // another image is being opened
    this.displays.set(displayKey(lane), channels);
    this.channels = channels;
    parts.raw.setChannels(channels);
    this.session.editAfterStroke((project) => withDisplay(project, laneIndex, { channels, before, of: lane }));
    this.changed();
  }

  setLayers(layers: readonly Layer[]): void {
    for (const { id, opacity, isVisible } of layers) this.settings.set(id, { opacity, isVisible });
    this.layerOrder = layers.map(({ id }) => id);
    this.layers = layers;
    this.changed();
  }

  /** Shows or hides a group of layers. */
  toggleGroup(prefix: string): void {
    const mine = this.layers.filter(({ id }) => id.startsWith(prefix));
    this.layerSettings(prefix, { isVisible: !mine.some(({ isVisible }) => isVisible) });
  }

  setView(slices: readonly ViewedSlice[]): void {
    this.slices = slices;
    this.requestTiles();
    this.changed('view');
  }

  /** The pointer: tiles near to it come first. */
  setFocus(axis: SliceAxis, point: Point2): void {
    this.focus = { axis, point };
  }

  /** Share of every class in the predicted tiles that are in view, 0…1; undefined without any. */
  areasInView(): readonly number[] | undefined {
    const { classes } = this.project;
    return areasOf(this.predictionsOf(this.laneIndex), { tiles: this.liveTiles(), classCount: classes.length });
  }

  /** Tells the user of an error, or of something to know. */
  report(error: unknown): void {
    this.problem = appMessage(error);
    this.changed();
  }

  dismissProblem(): void {
    this.problem = undefined;
    this.changed();
  }

  async close(): Promise<void> {
    this.opening?.abort();
    await this.live.close();
  }

  private onProject(change: ProjectChange): void {
    const { lanes, classes } = this.project;
    const lane = lanes[this.laneIndex];
    if (lane && this.parts) this.parts.labels.update(lane.labels, this.facts.colorsOf(this.project).labels);
    if (change === 'project') {
      this.tools.followClasses(this.given?.classes ?? classes, classes);
      if (classes.length !== this.given?.classes.length) this.predictions.clear();
      this.predictions.recolor(this.facts.colorsOf(this.project).predictions);
      this.given = this.project;
      this.live.setProject(this.project);
      this.rebuildLayers();
      this.requestTiles();
    }
    this.changed(change);
  }

  private showPrediction({ tile, probabilities, classCount, isPreliminary }: LiveTileResult): void {
    const axis = sliceAxisOf(this.slices, tile.roi);
    this.predictionsOf(tile.laneIndex).set({ axis, roi: tile.roi, probabilities, classCount, isPreliminary });
    this.changed('prediction');
  }

  private setLiveState(state: LiveState): void {
    this.liveState = state;
    if (state.error) this.problem = appMessage(state.error);
    this.changed('live');
  }

  predictionsOf(laneIndex: number): PredictionStore {
    return this.predictions.of(this.project.lanes[laneIndex], this.facts.colorsOf(this.project).predictions);
  }

  private requestTiles(): void {
    this.live.setView(this.liveTiles());
  }

  /** The tiles in view, the most urgent first. */
  liveTiles(): LiveTile[] {
    const level = this.info?.levels[0];
    const plan = this.featurePlan;
    if (!level || !plan) return [];
    const { laneIndex, focus, cacheBytes, slices } = this;
    return tilesInView(slices, level, { focus, limit: tileLimit(cacheBytes, plan.featureCount) }).map((roi) => ({
      laneIndex,
      roi,
    }));
  }

  private layerSettings(prefix: string, change: Partial<LayerSettings>): void {
    for (const { id, opacity, isVisible } of this.layers) {
      if (id.startsWith(prefix)) this.settings.set(id, { opacity, isVisible, ...change });
    }
    this.rebuildLayers();
    this.changed();
  }

  private rebuildLayers(): void {
    if (!this.parts) return;
    this.layers = buildLayers(this.parts, this.project.classes, {
      overlays: this.overlays,
      settings: this.settings,
      order: this.layerOrder,
    });
  }

  private forgetShown(): void {
    this.setLive(false);
    this.predictions.forget();
    this.displays.clear();
    this.settings.clear();
    this.layerOrder = [];
    this.overlays.clear();
    this.parts = undefined;
    this.tools.reset();
    this.changed('leave');
  }

  private changed(detail: string = 'state'): void {
    this.dispatchEvent(new CustomEvent('change', { detail }));
  }
}
