import {
  createLiveClassification,
  dropModel,
  type FeatureSelection,
  type LiveClassification,
  type LiveState,
  type Project,
} from '@brushwood/core';
import { PredictionStore } from '../sources/prediction-store.ts';
import { cssColor } from './layer-stack.ts';
import type { Labeling } from './labeling.ts';
import { displayKey } from './project-facts.ts';
import { sliceAxisOf, tileLimit, tilesInView } from './tiles-in-view.ts';

/** Memory for features of the previewed tiles, all workers together. */
const cacheBytes = 256 * 2 ** 20;

/**
 * What the view would look like with other features: trains on them and segments the tiles in view, as overlays of the labeling, whose
 * project stays as it is. Follows the view.
 */
export class SegmentationPreview {
  private readonly labeling: Labeling;
  private readonly onState: (state: LiveState) => void;
  private live: LiveClassification | undefined;
  private shown: { readonly project: Project; readonly channelCount: number } | undefined;
  private store: PredictionStore | undefined;
  private overlayIds: readonly string[] = [];

  constructor(labeling: Labeling, onState: (state: LiveState) => void) {
    this.labeling = labeling;
    this.onState = onState;
    labeling.addEventListener('change', this.onChange);
  }

  /** @param project the one to learn from; undefined: nothing is previewed any more */
  show(project?: Project, set?: { readonly selection: FeatureSelection; readonly channelCount: number }): void {
    this.removeOverlays();
    if (!project || !set) {
      this.shown = undefined;
      this.live?.setLive(false);
      return;
    }
    this.live ??= createLiveClassification({
      services: this.labeling.services,
      cacheBytes,
      onTile: ({ tile: { roi, laneIndex }, probabilities, classCount, isPreliminary }) => {
        if (laneIndex !== this.labeling.laneIndex) return;
        const axis = sliceAxisOf(this.labeling.slices, roi);
        this.store?.set({ axis, roi, probabilities, classCount, isPreliminary });
      },
      onState: this.onState,
    });
    this.shown = { project: dropModel({ ...project, features: set.selection }), channelCount: set.channelCount };
    this.addOverlays();
    this.live.setProject(this.shown.project);
    this.followView();
    this.live.setLive(true);
  }

  async close(): Promise<void> {
    this.labeling.removeEventListener('change', this.onChange);
    this.removeOverlays();
    this.shown = undefined;
    await this.live?.close();
  }

  private readonly onChange = (event: Event): void => {
    const { detail } = event as CustomEvent<string>;
    if (!this.shown) return;
    if (detail === 'view') this.followView();
    // Another image is shown without overlays; another project has nothing to do with this one.
    if (detail === 'lane' && this.labeling.image) {
      if (!this.isOfProject()) return this.show();
      this.addOverlays();
      this.followView();
    }
  };

  private isOfProject(): boolean {
    const { project, laneIndex } = this.labeling;
    const [now, then] = [project.lanes[laneIndex], this.shown?.project.lanes[laneIndex]];
    return now !== undefined && then !== undefined && displayKey(now) === displayKey(then);
  }

  private followView(): void {
    const { info, laneIndex, slices } = this.labeling;
    const level = info?.levels[0];
    if (!level || !this.shown) return;
    const limit = tileLimit(cacheBytes, this.shown.channelCount);
    const tiles = tilesInView(slices, level, { focus: undefined, limit });
    this.live?.setView(tiles.map((roi) => ({ laneIndex, roi })));
  }

  /** One layer per class, like the segmentation of live update. */
  private addOverlays(): void {
    const { classes } = this.shown!.project;
    const store = new PredictionStore(classes.map(({ probabilityColor }) => probabilityColor));
    this.store = store;
    this.overlayIds = classes.map((_, classIndex) => `suggestion ${classIndex}`);
    classes.forEach(({ name, probabilityColor }, classIndex) =>
      this.labeling.setOverlay(this.overlayIds[classIndex]!, {
        name,
        group: 'Suggested features',
        color: cssColor(probabilityColor),
        source: store.layer({ kind: 'segmentation', classIndex }),
        opacity: 0.6,
      }),
    );
  }

  private removeOverlays(): void {
    const ids = this.overlayIds;
    this.overlayIds = [];
    this.store = undefined;
    for (const id of ids) this.labeling.setOverlay(id, undefined);
  }
}
