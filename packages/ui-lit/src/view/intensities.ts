import type { Tensor } from '@brushwood/core';
import type { TileAddress } from './layer.ts';
import { sliceLayout } from './picture.ts';
import type { ChannelDisplay } from './raw-rendering.ts';

/** Intensity at a place of a tile's slice: the mean of the channels that are shown, of all if none is. */
export function intensityReader(
  { data, shape }: Tensor,
  { plane, left, top }: TileAddress,
  display: readonly ChannelDisplay[],
): (u: number, v: number) => number {
  const { strideU, strideV, strideChannel } = sliceLayout(shape, plane.axis);
  const offsets = shownChannels(shape[1], display).map((channel) => channel * strideChannel);
  return (u, v) => {
    const at = (u - left) * strideU + (v - top) * strideV;
    let sum = 0;
    for (const offset of offsets) sum += Number(data[at + offset]);
    return sum / offsets.length;
  };
}

/** Intensities of a tensor of one frame in memory order: the mean of the channels that are shown, of all if none is. */
export function intensitiesOf({ data, shape }: Tensor, display: readonly ChannelDisplay[]): Float64Array {
  const voxels = data.length / shape[1];
  const channels = shownChannels(shape[1], display);
  const out = new Float64Array(voxels);
  for (const channel of channels) {
    for (let i = 0, at = channel * voxels; i < voxels; i++, at++) out[i]! += Number(data[at]);
  }
  return channels.length > 1 ? out.map((sum) => sum / channels.length) : out;
}

/** The channels whose mean is the intensity. */
export function shownChannels(count: number, display: readonly ChannelDisplay[]): number[] {
  const all = Array.from({ length: count }, (_, channel) => channel);
  const shown = all.filter((channel) => display[channel]?.isVisible);
  return shown.length > 0 ? shown : all;
}
