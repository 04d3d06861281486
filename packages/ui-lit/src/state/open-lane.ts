import {
  openImage,
  readBox,
  requestOf,
  type ImageInfo,
  type ImageRequest,
  type Lane,
  type PipelineServices,
} from '@brushwood/core';
import { RawSource } from '../sources/raw-source.ts';
import { displayLevels, readDisplayLevel, type ReadLevel } from '../view/display-levels.ts';
import type { ShownImage } from '../view/layer.ts';
import type { ChannelDisplay } from '../view/raw-rendering.ts';
import { firstDisplay, plainDisplay } from './first-display.ts';
import { storedRanges } from './lane-display.ts';

/** An image that is ready to be shown. */
export interface OpenedLane {
  readonly info: ImageInfo;
  readonly image: ShownImage;
  readonly channels: readonly ChannelDisplay[];
  readonly raw: RawSource;
}

/**
 * Opens the image of a lane for the viewer.
 * @param channels how it was shown before; else as the project says, or after the image itself
 * @throws what opening and reading throw
 */
export async function openLane(
  { rawData }: Lane,
  options: { services: PipelineServices; signal: AbortSignal; channels?: readonly ChannelDisplay[] },
): Promise<OpenedLane> {
  const { services, signal } = options;
  const request = requestOf(rawData);
  const source = await openImage(services.catalog.formats, request, { signal });
  const { info } = source;
  await source.close();
  const shown = displayLevels(info.levels);
  const levels = shown.map(({ level }) => level);
  const readLevel = levelReader(services, request);
  const ranges = storedRanges(rawData, info.shape[1]);
  const stored = ranges && plainDisplay(info).map((channel, i) => ({ ...channel, range: ranges[i]! }));
  const channels = options.channels ?? stored ?? (await firstDisplay(info, readLevel, signal));
  return {
    info,
    image: { shape: info.shape, levels, voxelSize: info.voxelSize },
    channels,
    raw: new RawSource(readDisplayLevel(readLevel, shown), { levels, channels }),
  };
}

/** Reads levels of an image in the workers. */
export function levelReader({ pool }: PipelineServices, request: ImageRequest): ReadLevel {
  return (roi, level, signal) => readBox(pool, request, { level, roi, signal });
}
