import type { ImageLevel, Roi, Tensor } from '@brushwood/core';
import type { LayerSource, TileAddress } from '../view/layer.ts';
import { toImageData } from '../view/picture.ts';
import { renderIntensity, type ChannelDisplay } from '../view/raw-rendering.ts';
import { tileRoi } from '../view/slice-geometry.ts';
import { TileSubscribers } from './subscribers.ts';

/** Reads a box of one level; runs in a worker. */
export type ReadBox = (roi: Roi, level: number, signal: AbortSignal) => Promise<Tensor>;

/** The image itself. Tiles that were read are kept, so that brightness and contrast follow the hand. */
export class RawSource implements LayerSource {
  readonly levelCount: number;
  /** Voxels of the image, level by level. */
  readonly levels: readonly ImageLevel[];
  private readonly subscribers = new TileSubscribers();
  readonly onChange = this.subscribers.onChange;
  private readonly read: ReadBox;
  private channels: readonly ChannelDisplay[];
  private readonly kept = new Map<string, Tensor>();
  private keptBytes = 0;
  private readonly maxBytes: number;

  constructor(
    read: ReadBox,
    options: { levels: readonly ImageLevel[]; channels: readonly ChannelDisplay[]; maxBytes?: number },
  ) {
    this.read = read;
    this.levels = options.levels;
    this.levelCount = options.levels.length;
    this.channels = options.channels;
    this.maxBytes = options.maxBytes ?? 256 * 2 ** 20;
  }

  /** How the channels are shown. */
  get display(): readonly ChannelDisplay[] {
    return this.channels;
  }

  setChannels(channels: readonly ChannelDisplay[]): void {
    this.channels = channels;
    this.subscribers.notify();
  }

  tile(address: TileAddress, signal: AbortSignal): ImageData | Promise<ImageData> {
    const draw = (tensor: Tensor) => toImageData(renderIntensity(tensor, address.plane.axis, this.channels));
    const values = this.values(address, signal);
    return values instanceof Promise ? values.then(draw) : draw(values);
  }

  /** The values of a tile, all channels: at once if they are kept, else they are read. */
  values(address: TileAddress, signal: AbortSignal): Tensor | Promise<Tensor> {
    const roi = tileRoi(address, this.levels[address.level]!);
    const key = `${address.level} ${roi.start.join(' ')} ${roi.stop.join(' ')}`;
    const known = this.kept.get(key);
    if (known) return known;
    return this.read(roi, address.level, signal).then((tensor) => {
      this.keep(key, tensor);
      return tensor;
    });
  }

  private keep(key: string, tensor: Tensor): void {
    if (this.kept.has(key)) return; // read twice at once
    this.kept.set(key, tensor);
    this.keptBytes += tensor.data.byteLength;
    for (const [oldest, { data }] of this.kept) {
      if (this.keptBytes <= this.maxBytes || oldest === key) break;
      this.kept.delete(oldest);
      this.keptBytes -= data.byteLength;
    }
  }
}
