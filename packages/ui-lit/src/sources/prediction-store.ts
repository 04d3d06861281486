import { roiShape, type Roi, type Shape5 } from '@brushwood/core';
import type { LayerSource, SliceAxis, TileAddress } from '../view/layer.ts';
import { renderProbability, renderSegmentation, renderUncertainty } from '../view/overlay-rendering.ts';
import { sliceLayout, toImageData, type Picture, type RgbColor, type SliceLayout } from '../view/picture.ts';
import { sliceRoi } from '../view/slice-geometry.ts';
import { TileSubscribers } from './subscribers.ts';

/** Probabilities of one tile. */
export interface PredictedTile {
  readonly axis: SliceAxis;
  /** Box of the image, level 0. */
  readonly roi: Roi;
  /** (classCount, voxels of the box). */
  readonly probabilities: Float32Array;
  readonly classCount: number;
  readonly isPreliminary: boolean;
}

/** A tile that is kept, with how many of its voxels each class wins. */
export interface KeptTile extends PredictedTile {
  readonly voxelsPerClass: readonly number[];
}

/** What a prediction layer shows of a tile. */
export type PredictionView =
  | { readonly kind: 'probability'; readonly classIndex: number }
  | { readonly kind: 'segmentation'; readonly classIndex: number }
  | { readonly kind: 'uncertainty' };

/** The predicted tiles of one lane, kept while they fit into memory: the oldest go first. */
export class PredictionStore {
  private readonly tiles = new Map<string, KeptTile>();
  private readonly subscribers = new TileSubscribers();
  private colors: readonly RgbColor[];
  private readonly maxBytes: number;
  private bytes = 0;
  private readonly layers = new Map<string, LayerSource>();

  constructor(colors: readonly RgbColor[], maxBytes = 256 * 2 ** 20) {
    this.colors = colors;
    this.maxBytes = maxBytes;
  }

  set(tile: PredictedTile): void {
    const key = keyOf(tile.axis, tile.roi);
    this.remove(key);
    this.tiles.set(key, { ...tile, voxelsPerClass: countWinners(tile) });
    this.bytes += tile.probabilities.byteLength;
    for (const oldest of this.tiles.keys()) {
      if (this.bytes <= this.maxBytes || oldest === key) break;
      this.remove(oldest);
    }
    this.subscribers.notify((address) => address.level === 0 && keyOfAddress(address) === key);
  }

  recolor(colors: readonly RgbColor[]): void {
    if (colors === this.colors) return;
    this.colors = colors;
    this.subscribers.notify();
  }

  clear(): void {
    if (this.tiles.size === 0) return;
    this.tiles.clear();
    this.bytes = 0;
    this.subscribers.notify();
  }

  /** All tiles, the oldest first. */
  all(): Iterable<KeptTile> {
    return this.tiles.values();
  }

  /** The same source for the same view, so that a viewer keeps its tiles. */
  layer(view: PredictionView): LayerSource {
    const key = JSON.stringify(view);
    let layer = this.layers.get(key);
    if (!layer) this.layers.set(key, (layer = this.createLayer(view)));
    return layer;
  }

  private createLayer(view: PredictionView): LayerSource {
    return {
      levelCount: 1,
      onChange: this.subscribers.onChange,
      tile: (address) => {
        const tile = this.tiles.get(keyOfAddress(address));
        return tile && toImageData(this.render(tile, view));
      },
    };
  }

  private render({ probabilities, roi, axis, classCount }: PredictedTile, view: PredictionView): Picture {
    const shape = roiShape(roi);
    const layout: SliceLayout = sliceLayout([1, classCount, shape[2], shape[3], shape[4]] as Shape5, axis);
    if (view.kind === 'uncertainty') return renderUncertainty(probabilities, layout, classCount);
    const { classIndex } = view;
    if (classIndex >= classCount) return renderProbability(new Float32Array(probabilities.length), layout, [0, 0, 0]);
    if (view.kind === 'segmentation') {
      return renderSegmentation(probabilities, layout, this.colors.slice(0, classCount), classIndex);
    }
    const plane = probabilities.subarray(classIndex * layout.strideChannel, (classIndex + 1) * layout.strideChannel);
    return renderProbability(plane, layout, this.colors[classIndex] ?? [255, 255, 255]);
  }

  private remove(key: string): void {
    const tile = this.tiles.get(key);
    if (!tile) return;
    this.bytes -= tile.probabilities.byteLength;
    this.tiles.delete(key);
  }
}

function countWinners({ probabilities, classCount }: PredictedTile): number[] {
  const voxels = probabilities.length / classCount;
  const counts = Array<number>(classCount).fill(0);
  const highest = probabilities.slice(0, voxels);
  const winner = new Uint8Array(voxels);
  for (let k = 1; k < classCount; k++) {
    const plane = probabilities.subarray(k * voxels, (k + 1) * voxels);
    for (let i = 0; i < voxels; i++) {
      if (plane[i]! <= highest[i]!) continue;
      highest[i] = plane[i]!;
      winner[i] = k;
    }
  }
  for (const k of winner) counts[k]!++;
  return counts;
}

function keyOf(axis: SliceAxis, { start }: Roi): string {
  return `${axis} ${start[0]} ${start[2]} ${start[3]} ${start[4]}`;
}

function keyOfAddress({ plane, left, top, width, height }: TileAddress): string {
  return keyOf(plane.axis, sliceRoi(plane, { left, top, right: left + width, bottom: top + height }));
}
