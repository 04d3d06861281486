import type { Tensor } from '@brushwood/core';
import { intensitiesOf, shownChannels } from '../view/intensities.ts';
import type { LayerSource, TileAddress } from '../view/layer.ts';
import { createPicture, packPixel, sliceLayout, toImageData, type RgbColor } from '../view/picture.ts';
import type { RawSource } from './raw-source.ts';
import { TileSubscribers } from './subscribers.ts';

/** Marks what the threshold brush would paint: where the intensity lies in a range, at the level that is shown. */
export class RangeSource implements LayerSource {
  readonly levelCount: number;
  private readonly subscribers = new TileSubscribers();
  readonly onChange = this.subscribers.onChange;
  readonly raw: RawSource;
  private range: readonly [number, number];
  private readonly color: RgbColor;
  /** Which channels it was drawn from. */
  private channels: string;

  constructor(raw: RawSource, { range, color }: { range: readonly [number, number]; color: RgbColor }) {
    this.raw = raw;
    this.range = range;
    this.color = color;
    this.channels = channelsOf(raw);
    this.levelCount = raw.levelCount;
  }

  /** Takes over a range, and which channels are shown. */
  update(range: readonly [number, number]): void {
    const channels = channelsOf(this.raw);
    if (range[0] === this.range[0] && range[1] === this.range[1] && channels === this.channels) return;
    this.range = range;
    this.channels = channels;
    this.subscribers.notify();
  }

  tile(address: TileAddress, signal: AbortSignal): ImageData | Promise<ImageData> {
    const values = this.raw.values(address, signal);
    const draw = (tensor: Tensor) => this.draw(tensor, address);
    return values instanceof Promise ? values.then(draw) : draw(values);
  }

  private draw(tensor: Tensor, { plane }: TileAddress): ImageData {
    const values = intensitiesOf(tensor, this.raw.display);
    const layout = sliceLayout(tensor.shape, plane.axis);
    const picture = createPicture(layout);
    const pixels = new Uint32Array(picture.data.buffer);
    const ink = packPixel(this.color, 255);
    const [low, high] = this.range;
    let out = 0;
    for (let row = 0; row < layout.height; row++) {
      for (let column = 0, at = row * layout.strideV; column < layout.width; column++, at += layout.strideU) {
        if (values[at]! >= low && values[at]! <= high) pixels[out] = ink;
        out++;
      }
    }
    return toImageData(picture);
  }
}

function channelsOf({ levels, display }: RawSource): string {
  return shownChannels(levels[0]!.shape[1], display).join(' ');
}
