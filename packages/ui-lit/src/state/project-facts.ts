import {
  hasSelectedFeatures,
  planFeatures,
  usedChannelCount,
  type FeaturePlan,
  type FeatureSelection,
  type ImageReference,
  type LabelClass,
  type Lane,
  type PixelFilter,
  type Project,
} from '@brushwood/core';
import type { RgbColor } from '../view/picture.ts';

interface ClassColors {
  readonly labels: readonly RgbColor[];
  readonly predictions: readonly RgbColor[];
}

/** What follows from a project, made anew only when its parts are others: layers and panels compare by identity. */
export class ProjectFacts {
  private readonly filters: readonly PixelFilter[];
  private plan: { image?: ImageReference; features: FeatureSelection; value?: FeaturePlan } | undefined;
  private colors: { classes: readonly LabelClass[]; value: ClassColors } | undefined;

  constructor(filters: readonly PixelFilter[]) {
    this.filters = filters;
  }

  /** The features of an image; undefined without image or selection. */
  planOf({ lanes, features }: Project, laneIndex: number): FeaturePlan | undefined {
    const image = lanes[laneIndex]?.rawData;
    if (!this.plan || this.plan.image !== image || this.plan.features !== features) {
      this.plan = { image, features, value: image && this.makePlan(image, features) };
    }
    return this.plan.value;
  }

  colorsOf({ classes }: Project): ClassColors {
    if (this.colors?.classes !== classes) {
      const labels = classes.map(({ color }) => color);
      this.colors = { classes, value: { labels, predictions: classes.map((item) => item.probabilityColor) } };
    }
    return this.colors.value;
  }

  private makePlan(image: ImageReference, features: FeatureSelection): FeaturePlan | undefined {
    if (!hasSelectedFeatures(features)) return undefined;
    return planFeatures(features, this.filters, {
      channelCount: usedChannelCount(image),
      isFlat: image.shape[2] === 1,
    });
  }
}

/** What an image is, wherever it lies: what is shown and predicted of it goes by that. */
export function displayKey({ rawData, predictionMask: mask }: Lane): string {
  const { fingerprint, nickname, shape, axes, channels } = rawData;
  return JSON.stringify([fingerprint ?? nickname, shape, axes, channels, mask?.fingerprint ?? mask?.nickname]);
}
