import {
  dtypeRange,
  measureImage,
  type ImageInfo,
  type ImageRequest,
  type Roi,
  type WorkerPool,
} from '@brushwood/core';
import type { ReadLevel } from '../view/display-levels.ts';
import { autoRange, rgbDisplay, type ChannelDisplay } from '../view/raw-rendering.ts';

/** How an image is shown at first: RGB as it is, 8-bit over its whole range, others after their own values. */
export async function firstDisplay(
  info: ImageInfo,
  read: ReadLevel,
  signal: AbortSignal,
): Promise<readonly ChannelDisplay[]> {
  const plain = plainDisplay(info);
  if (info.dtype === 'uint8' || info.displayRange) return plain;
  return measuredDisplay(info, plain, { read, signal });
}

/** The colours of the channels, over the range the file says. */
export function plainDisplay(info: ImageInfo): readonly ChannelDisplay[] {
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
  return Array.from(
    { length: channelCount },
    (_, channel): ChannelDisplay => ({
      range: info.displayRange ?? [0, 255],
      color: channelCount === 1 ? 'gray' : colors[channel % colors.length]!,
      isVisible: channel < 6,
    }),
  );
}

/** Ranges after a middle part of the image, read at its coarsest level. */
export async function measuredDisplay(
  info: ImageInfo,
  channels: readonly ChannelDisplay[],
  { read, signal }: { read: ReadLevel; signal: AbortSignal },
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

/**
 * Ranges to go back to: that of the type for 8 and 16 bits, else that of all values of the image, which is read for it.
 * @throws what reading throws, 'not-finite'
 */
export async function fullDisplay(
  { dtype }: ImageInfo,
  channels: readonly ChannelDisplay[],
  { pool, image }: { pool: WorkerPool; image: ImageRequest },
): Promise<readonly ChannelDisplay[]> {
  if (dtype === 'uint8' || dtype === 'int8' || dtype === 'uint16' || dtype === 'int16') {
    return channels.map((channel) => ({ ...channel, range: dtypeRange(dtype) }));
  }
  const maps = await measureImage(pool, image, { method: 'percentile', low: 0, high: 100 });
  return channels.map((channel, i) => ({ ...channel, range: [maps[i]!.from[0]!, maps[i]!.from[1]!] }));
}
