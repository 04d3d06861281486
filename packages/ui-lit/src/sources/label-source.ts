import { intersectRois, readLabels, roiShape, withAxis, type Labels, type Roi } from '@brushwood/core';
import type { LayerSource, TileAddress } from '../view/layer.ts';
import { renderLabels } from '../view/overlay-rendering.ts';
import { sliceLayout, toImageData, type RgbColor } from '../view/picture.ts';
import { tileRoi } from '../view/slice-geometry.ts';
import { TileSubscribers } from './subscribers.ts';

/** The strokes of a lane in the colours of their classes, drawn in the frame they are painted in. */
export class LabelSource implements LayerSource {
  readonly levelCount = 1;
  private readonly subscribers = new TileSubscribers();
  readonly onChange = this.subscribers.onChange;
  private labels: Labels;
  colors: readonly RgbColor[];

  constructor(labels: Labels, colors: readonly RgbColor[]) {
    this.labels = labels;
    this.colors = colors;
  }

  /** @param changed the box outside of which nothing is new; default everywhere */
  update(labels: Labels, colors: readonly RgbColor[], changed?: Roi): void {
    if (labels === this.labels && colors === this.colors) return;
    const isLocal = changed && colors === this.colors;
    this.labels = labels;
    this.colors = colors;
    this.subscribers.notify(isLocal ? (address) => !!intersectRois(this.roiOf(address), changed) : undefined);
  }

  tile(address: TileAddress): ImageData | undefined {
    const roi = this.roiOf(address);
    const values = readLabels(this.labels, roi);
    if (values.every((value) => value === 0)) return undefined;
    return toImageData(renderLabels(values, sliceLayout(roiShape(roi), address.plane.axis), this.colors));
  }

  private roiOf(address: TileAddress): Roi {
    const { shape } = this.labels;
    const level = { shape, chunkShape: shape, downsampling: [1, 1, 1, 1, 1] as const };
    return withAxis(tileRoi(address, level), 1, 0, 1);
  }
}
