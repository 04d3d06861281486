import { copyBox, intersectRois, roiShape, translateRoi, unknownResult, type Roi } from '@brushwood/core';
import type { LayerSource, SliceAxis, TileAddress } from '../view/layer.ts';
import { renderLabels } from '../view/overlay-rendering.ts';
import { sliceLayout, toImageData, type RgbColor } from '../view/picture.ts';
import { sliceRoi } from '../view/slice-geometry.ts';
import { TileSubscribers } from './subscribers.ts';

/** A segmentation of a part of a slice. */
export interface ResultBox {
  /** Box of the image, one channel, level 0. */
  readonly roi: Roi;
  /** Voxels of the box: 0 no class, n the n-th colour, `unknownResult` not known. */
  readonly labels: Uint8Array;
}

/** The segmentation of what is in view, one part per slice axis; transparent where no class is, or nothing is known. */
export class ResultSource implements LayerSource {
  readonly levelCount = 1;
  private readonly subscribers = new TileSubscribers();
  readonly onChange = this.subscribers.onChange;
  private boxes: ReadonlyMap<SliceAxis, ResultBox> = new Map();
  private colors: readonly RgbColor[] = [];

  show(boxes: ReadonlyMap<SliceAxis, ResultBox>, colors: readonly RgbColor[]): void {
    this.boxes = boxes;
    this.colors = colors;
    this.subscribers.notify();
  }

  tile({ plane, left, top, width, height }: TileAddress): ImageData | undefined {
    const box = this.boxes.get(plane.axis);
    const roi = sliceRoi(plane, { left, top, right: left + width, bottom: top + height });
    const part = box && intersectRois(roi, box.roi);
    if (!part) return undefined;
    const shape = roiShape(roi);
    const tile = { data: new Uint8Array(width * height), shape };
    const kept = { data: box.labels, shape: roiShape(box.roi) };
    copyBox(kept, relative(part, box.roi), tile, relative(part, roi));
    const labels = tile.data.map((label) => (label === unknownResult ? 0 : label));
    return toImageData(renderLabels(labels, sliceLayout(shape, plane.axis), this.colors));
  }
}

function relative(part: Roi, { start }: Roi): Roi {
  return translateRoi(
    part,
    start.map((from) => -from),
  );
}
