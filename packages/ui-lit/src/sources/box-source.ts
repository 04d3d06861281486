import type { Roi } from '@brushwood/core';
import type { LayerSource, TileAddress } from '../view/layer.ts';
import { createPicture, packPixel, toImageData, type RgbColor } from '../view/picture.ts';
import { sliceAxes } from '../view/slice-geometry.ts';
import { TileSubscribers } from './subscribers.ts';

const edgeColor: RgbColor = [255, 255, 255];
/** Opacity of the dark over what lies outside. */
const outside = 140;

/** A box of the image: its edge on every slice through it, and what is not in it darkened. */
export class BoxSource implements LayerSource {
  readonly levelCount = 1;
  private readonly subscribers = new TileSubscribers();
  readonly onChange = this.subscribers.onChange;
  private box: Roi;

  constructor(box: Roi) {
    this.box = box;
  }

  update(box: Roi): void {
    this.box = box;
    this.subscribers.notify();
  }

  tile(address: TileAddress): ImageData {
    const { axis, t, index } = address.plane;
    const { u, v, normal } = sliceAxes[axis];
    const { start, stop } = this.box;
    const [left, top] = [start[u] - address.left, start[v] - address.top];
    const [right, bottom] = [stop[u] - address.left, stop[v] - address.top];
    const isOnSlice = index >= start[normal] && index < stop[normal] && t >= start[0] && t < stop[0];
    const { width, height } = address;
    const picture = createPicture({ width, height, strideU: 1, strideV: width, strideChannel: 0 });
    const pixels = new Uint32Array(picture.data.buffer).fill(packPixel([0, 0, 0], outside));
    const edge = packPixel(edgeColor, 255);
    for (let row = Math.max(0, top); isOnSlice && row < Math.min(height, bottom); row++) {
      const isEdge = row === top || row === bottom - 1;
      const [from, to] = [Math.max(0, left), Math.min(width, right)];
      if (from >= to) break;
      pixels.fill(isEdge ? edge : 0, row * width + from, row * width + to);
      if (left >= 0 && left < width) pixels[row * width + left] = edge;
      if (right > 0 && right <= width) pixels[row * width + right - 1] = edge;
    }
    return toImageData(picture);
  }
}
