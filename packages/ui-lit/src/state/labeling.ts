import {
  BrushwoodError,
  createLiveClassification,
  dropModel,
  findById,
  hasSelectedFeatures,
  messageOf,
  newProject,
  openImage,
  planFeatures,
  readBox,
  requestOf,
  selectAllFeatures,
  usedChannelCount,
  type FeaturePlan,
  type FeatureSelection,
  type ImageInfo,
  type ImageReference,
  type Labels,
  type LiveClassification,
  type LiveState,
  type LiveTile,
  type LiveTileResult,
  type PipelineServices,
  type Project,
  type Roi,
  type Tensor,
} from '@brushwood/core';
import { FeatureSource } from '../sources/feature-source.ts';
import { LabelSource } from '../sources/label-source.ts';
import { PredictionStore } from '../sources/prediction-store.ts';
import { RawSource } from '../sources/raw-source.ts';
import { tools, type ToolId } from '../tools/index.ts';
import type { StrokeHost } from '../tools/stroke-host.ts';
import type { SliceBox } from '../view/camera.ts';
import { displayLevels, readDisplayLevel, type ReadLevel } from '../view/display-levels.ts';
import type { CanvasTool, Layer, Point2, ShownImage, SliceAxis, SlicePlane } from '../view/layer.ts';
import type { RgbColor } from '../view/picture.ts';
import { autoRange, rgbDisplay, type ChannelDisplay } from '../view/raw-rendering.ts';
import { tileRoi } from '../view/slice-geometry.ts';
import { nearestTiles, tilesInBox } from '../view/tile-grid.ts';
import { buildLayers, type LayerParts, type LayerSettings } from './layer-stack.ts';
import { ProjectSession, type ProjectChange } from './project-session.ts';

/** One visible slice, as the viewer tells it. */
export interface ViewedSlice {
  readonly plane: SlicePlane;
  /** Visible part, voxels of level 0. */
  readonly box: SliceBox;
}

export interface LabelingOptions {
  readonly services: PipelineServices;
  /** Memory for features of visible tiles, all workers together. Default 1 GiB. */
  readonly cacheBytes?: number;
}

/** What happens on the way of a stroke to the overlay: project, shown lane, tools, layers and live update. Elements show it. */
export class Labeling extends EventTarget {
  readonly services: PipelineServices;
  readonly session: ProjectSession;
  readonly live: LiveClassification;
  liveState: LiveState = { phase: 'off', done: 0, total: 0 };
  isLive = false;
  laneIndex = 0;
  image: ShownImage | undefined;
  info: ImageInfo | undefined;
  channels: readonly ChannelDisplay[] = [];
  /** Feature that is shown as a layer. */
  previewIndex: number | undefined;
  layers: readonly Layer[] = [];
  toolId: ToolId = 'brush';
  activeLabel = 1;
  brushDiameter = 5;
  eraserDiameter = 11;
  lockedLabels: ReadonlySet<number> = new Set();
  /** What went wrong last, for the status line. */
  problem: string | undefined;
  private readonly cacheBytes: number;
  private readonly settings = new Map<string, LayerSettings>();
  private layerOrder: readonly string[] = [];
  private readonly displays = new Map<string, readonly ChannelDisplay[]>();
  private parts: LayerParts | undefined;
  /** The project the live engine works on. */
  private given: Project | undefined;
  private readonly predictions = new Map<number, PredictionStore>();
  private slices: readonly ViewedSlice[] = [];
  private focus: { readonly axis: SliceAxis; readonly point: Point2 } | undefined;
  private opening: AbortController | undefined;
  private knownPlan:
    | { rawData: ImageReference | undefined; features: FeatureSelection; plan: FeaturePlan | undefined }
    | undefined;
  private knownColors:
    | { classes: Project['classes']; labels: readonly RgbColor[]; predictions: readonly RgbColor[] }
    | undefined;
  private readonly toolsById: ReadonlyMap<ToolId, CanvasTool>;

  constructor({ services, cacheBytes = 2 ** 30 }: LabelingOptions) {
    super();
    this.services = services;
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
    const host = this.strokeHost();
    this.toolsById = new Map(tools.flatMap(({ id, create }) => (create ? [[id, create(host)] as const] : [])));
    this.session.addEventListener('change', (event) => this.onProject((event as CustomEvent<ProjectChange>).detail));
  }

  get project(): Project {
    return this.session.project;
  }

  get tool(): CanvasTool | undefined {
    return this.toolsById.get(this.toolId);
  }

  /** The features of the shown image; undefined without image or selection. */
  get featurePlan(): FeaturePlan | undefined {
    const rawData = this.project.lanes[this.laneIndex]?.rawData;
    const { features } = this.project;
    if (this.knownPlan?.rawData !== rawData || this.knownPlan?.features !== features) {
      this.knownPlan = { rawData, features, plan: rawData && this.planFor(rawData) };
    }
    return this.knownPlan.plan;
  }

  private planFor(rawData: ImageReference): FeaturePlan | undefined {
    const { features } = this.project;
    if (!hasSelectedFeatures(features)) return undefined;
    const image = { channelCount: usedChannelCount(rawData), isFlat: rawData.shape[2] === 1 };
    return planFeatures(features, this.services.catalog.filters, image);
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
    this.parts = undefined;
    this.problem = undefined;
    this.layers = [];
    this.changed();
    if (!lane) return;
    try {
      const request = requestOf(lane.rawData);
      const source = await openImage(this.services.catalog.formats, request, { signal });
      const { info } = source;
      await source.close();
      const shown = displayLevels(info.levels);
      const levels = shown.map(({ level }) => level);
      const readLevel: ReadLevel = (roi, level, stop) =>
        readBox(this.services.pool, request, { level, roi, signal: stop });
      const read = readDisplayLevel(readLevel, shown);
      const key = JSON.stringify([lane.rawData.nickname, lane.rawData.shape]);
      const channels = this.displays.get(key) ?? (await firstDisplay(info, readLevel, signal));
      if (signal.aborted) return;
      this.displays.set(key, channels);
      this.info = info;
      this.channels = channels;
      this.image = { shape: info.shape, levels, voxelSize: info.voxelSize };
      this.parts = {
        raw: new RawSource(read, { levels, channels }),
        labels: new LabelSource(lane.labels, this.labelColors()),
        predictions: this.predictionsOf(index),
      };
      this.rebuildLayers();
    } catch (error) {
      if (signal.aborted) return;
      this.problem = messageOf(error);
    }
    this.changed();
  }

  setTool(id: ToolId): void {
    this.toolId = id;
    this.changed();
  }

  selectLabel(label: number): void {
    if (label < 1 || label > this.project.classes.length) return;
    this.activeLabel = label;
    if (this.toolId !== 'brush' && this.toolId !== 'fill') this.toolId = 'brush';
    this.changed();
  }

  setPenDiameter(diameter: number): void {
    const size = Math.min(61, Math.max(1, Math.round(diameter)));
    if (this.toolId === 'eraser') this.eraserDiameter = size;
    else this.brushDiameter = size;
    this.changed();
  }

  toggleLock(label: number): void {
    const locked = new Set(this.lockedLabels);
    if (!locked.delete(label)) locked.add(label);
    this.lockedLabels = locked;
    this.changed();
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
    const { filters } = this.services.catalog;
    const all = selectAllFeatures(this.project.features, filters);
    const [, , z = 1, y = 0, x = 0] = this.info?.shape ?? [];
    const smallest = (column: number) => Math.min(y, x, z > 1 && !all.computeIn2d[column] ? z : y);
    const selected = all.selected.map((row) =>
      row.map((is, column) => is && Math.ceil(3.5 * all.sigmas[column]!) < smallest(column)),
    );
    this.setFeatures({ ...all, selected });
  }

  /** Shows one feature as a layer; undefined takes it away. */
  setPreview(featureIndex: number | undefined): void {
    this.previewIndex = featureIndex;
    const level = this.info?.levels[0];
    const name = featureIndex === undefined ? undefined : this.featurePlan?.names[featureIndex];
    if (this.parts) {
      const { raw, labels, predictions } = this.parts;
      const { laneIndex } = this;
      const read = (roi: Roi) => this.live.feature({ laneIndex, roi }, featureIndex!);
      const feature = level && name !== undefined ? { name, source: new FeatureSource(read, level) } : undefined;
      this.parts = { raw, labels, predictions, feature };
    }
    this.rebuildLayers();
    this.changed();
  }

  /** Resolves when live update has nothing more to do, or after the time given. */
  async whenSettled(timeoutMs: number): Promise<void> {
    const isBusy = () => ['features', 'training', 'predicting'].includes(this.liveState.phase);
    const end = performance.now() + timeoutMs;
    while (this.isLive && isBusy() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 30));
  }

  setChannels(channels: readonly ChannelDisplay[]): void {
    const lane = this.project.lanes[this.laneIndex];
    if (lane) this.displays.set(JSON.stringify([lane.rawData.nickname, lane.rawData.shape]), channels);
    this.channels = channels;
    this.parts?.raw.setChannels(channels);
    this.changed();
  }

  /** Ranges of the channels after what is visible of the first slice. */
  async autoContrast(): Promise<void> {
    const lane = this.project.lanes[this.laneIndex];
    const { info } = this;
    if (!lane || !info) return;
    const read = (roi: Roi, level: number, signal: AbortSignal) =>
      readBox(this.services.pool, requestOf(lane.rawData), { level, roi, signal });
    this.setChannels(await measuredDisplay(info, this.channels, { read, signal: new AbortController().signal }));
  }

  setLayers(layers: readonly Layer[]): void {
    for (const { id, opacity, isVisible } of layers) this.settings.set(id, { opacity, isVisible });
    this.layerOrder = layers.map(({ id }) => id);
    this.layers = layers;
    this.changed();
  }

  /** Shows or hides all layers of a group, as `prediction`. */
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
    const visible = new Set(this.liveTiles().map(({ roi }) => roi.start.join(' ')));
    const counts = Array<number>(this.project.classes.length).fill(0);
    for (const { roi, voxelsPerClass } of this.predictionsOf(this.laneIndex).all()) {
      if (!visible.has(roi.start.join(' '))) continue;
      voxelsPerClass.forEach((count, i) => i < counts.length && (counts[i]! += count));
    }
    const total = counts.reduce((sum, count) => sum + count, 0);
    return total > 0 ? counts.map((count) => count / total) : undefined;
  }

  report(error: unknown): void {
    this.problem = messageOf(error);
    this.changed();
  }

  /** Something to know that stopped nothing. */
  warn(message: string): void {
    this.problem = message;
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
    if (lane && this.parts) this.parts.labels.update(lane.labels, this.labelColors());
    if (change === 'project') {
      this.activeLabel = Math.min(this.activeLabel, Math.max(1, classes.length));
      for (const store of this.predictions.values()) store.recolor(this.predictionColors());
      this.given = this.project;
      this.live.setProject(this.project);
      this.rebuildLayers();
      this.requestTiles();
    }
    this.changed(change);
  }

  private showPrediction({ tile, probabilities, classCount, isPreliminary }: LiveTileResult): void {
    const axis = this.axisOf(tile.roi);
    this.predictionsOf(tile.laneIndex).set({ axis, roi: tile.roi, probabilities, classCount, isPreliminary });
    this.changed('prediction');
  }

  private setLiveState(state: LiveState): void {
    this.liveState = state;
    if (state.error) this.problem = state.error.message;
    this.changed('live');
  }

  /** The slice axis of a tile: the one it is one voxel thick along. */
  private axisOf({ start, stop }: Roi): SliceAxis {
    const known = this.slices.find(({ plane }) => {
      const at = plane.axis === 'z' ? 2 : plane.axis === 'y' ? 3 : 4;
      return start[at] === plane.index && stop[at] === plane.index + 1 && start[0] === plane.t;
    });
    return known?.plane.axis ?? 'z';
  }

  private predictionsOf(laneIndex: number): PredictionStore {
    let store = this.predictions.get(laneIndex);
    if (!store) this.predictions.set(laneIndex, (store = new PredictionStore(this.predictionColors())));
    return store;
  }

  private requestTiles(): void {
    this.live.setView(this.liveTiles());
  }

  private liveTiles(): LiveTile[] {
    const { info, laneIndex } = this;
    const plan = this.featurePlan;
    const level = info?.levels[0];
    if (!level || !plan) return [];
    const tileBytes = 4 * 256 * 256 * plan.featureCount;
    const limit = Math.max(1, Math.min(400, Math.floor((0.9 * this.cacheBytes) / tileBytes)));
    const share = Math.max(1, Math.floor(limit / Math.max(1, this.slices.length)));
    const ordered = [...this.slices].sort((a, b) => this.rank(a) - this.rank(b));
    return ordered.flatMap(({ plane, box }) => {
      const center = { u: (box.left + box.right) / 2, v: (box.top + box.bottom) / 2 };
      const at = this.focus?.axis === plane.axis ? this.focus.point : center;
      const tiles = tilesInBox({ plane, levels: [level], level: 0 }, box);
      return nearestTiles(tiles, [level], at, share).map((address) => ({ laneIndex, roi: tileRoi(address, level) }));
    });
  }

  private rank({ plane }: ViewedSlice): number {
    return plane.axis === this.focus?.axis ? 0 : 1;
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
    this.layers = buildLayers(this.parts, this.project.classes, { settings: this.settings, order: this.layerOrder });
  }

  /** One array while the classes are the same: layers compare by identity. */
  private labelColors(): readonly RgbColor[] {
    return this.colors().labels;
  }

  private predictionColors(): readonly RgbColor[] {
    return this.colors().predictions;
  }

  private colors() {
    const { classes } = this.project;
    if (this.knownColors?.classes !== classes) {
      const labels = classes.map(({ color }) => color);
      this.knownColors = { classes, labels, predictions: classes.map(({ probabilityColor }) => probabilityColor) };
    }
    return this.knownColors;
  }

  private forgetShown(): void {
    this.setLive(false);
    this.predictions.clear();
    this.displays.clear();
    this.settings.clear();
    this.layerOrder = [];
    this.parts = undefined;
  }

  private strokeHost(): StrokeHost {
    const self = this;
    return {
      get labels() {
        return self.project.lanes[self.laneIndex]?.labels;
      },
      get activeLabel() {
        return self.activeLabel;
      },
      get brushDiameter() {
        return self.brushDiameter;
      },
      get eraserDiameter() {
        return self.eraserDiameter;
      },
      get lockedLabels() {
        return self.lockedLabels;
      },
      visibleBox: (axis) =>
        self.slices.find(({ plane }) => plane.axis === axis)?.box ?? { left: 0, top: 0, right: 0, bottom: 0 },
      paint: (labels: Labels, changed: Roi) => {
        self.parts?.labels.update(labels, self.parts.labels.colors, changed);
        self.session.paint(self.laneIndex, labels);
      },
      endStroke: () => self.session.endStroke(),
      cancelStroke: () => self.session.cancelStroke(),
      selectLabel: (label) => self.selectLabel(label),
    };
  }

  private changed(detail: string = 'state'): void {
    this.dispatchEvent(new CustomEvent('change', { detail }));
  }
}

/** How an image is shown at first: RGB as it is, 8-bit over its whole range, others after their own values. */
async function firstDisplay(
  info: ImageInfo,
  read: (roi: Roi, level: number, signal: AbortSignal) => Promise<Tensor>,
  signal: AbortSignal,
): Promise<readonly ChannelDisplay[]> {
  const channelCount = info.shape[1];
  if (info.dtype === 'uint8' && channelCount === 3) return rgbDisplay;
  const colors = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 0],
    [255, 0, 255],
    [0, 255, 255],
  ] as const;
  const plain = Array.from(
    { length: channelCount },
    (_, channel): ChannelDisplay => ({
      range: info.displayRange ?? [0, 255],
      color: channelCount === 1 ? 'gray' : colors[channel % colors.length]!,
      isVisible: channel < 6,
    }),
  );
  if (info.dtype === 'uint8' || info.displayRange) return plain;
  return measuredDisplay(info, plain, { read, signal });
}

/** Ranges after a middle part of the image, read at its coarsest level. */
async function measuredDisplay(
  info: ImageInfo,
  channels: readonly ChannelDisplay[],
  { read, signal }: { read: (roi: Roi, level: number, signal: AbortSignal) => Promise<Tensor>; signal: AbortSignal },
): Promise<readonly ChannelDisplay[]> {
  const level = info.levels.length - 1;
  const { shape } = info.levels[level]!;
  const middle = (size: number, most: number): [number, number] => {
    const start = Math.max(0, Math.floor((size - most) / 2));
    return [start, Math.min(size, start + most)];
  };
  const [z, y, x] = [middle(shape[2], 1), middle(shape[3], 1024), middle(shape[4], 1024)];
  const roi: Roi = { start: [0, 0, z[0], y[0], x[0]], stop: [1, shape[1], z[1], y[1], x[1]] };
  const { data } = await read(roi, level, signal);
  const plane = data.length / shape[1];
  return channels.map((channel, i) => ({ ...channel, range: autoRange(data.subarray(i * plane, (i + 1) * plane)) }));
}

/** An error for people, whatever was thrown. */
export function asProblem(error: unknown): BrushwoodError {
  return error instanceof BrushwoodError ? error : new BrushwoodError('unsupported', messageOf(error));
}

/** The classifier a project trains. */
export function classifierOf(labeling: Labeling) {
  return findById(labeling.services.catalog.classifiers, labeling.project.classifier.classifierId, 'classifier');
}
