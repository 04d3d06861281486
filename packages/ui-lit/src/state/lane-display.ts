import { withLane, type ImageReference, type Lane, type Project } from '@brushwood/core';
import type { ChannelDisplay } from '../view/raw-rendering.ts';
import { displayKey } from './project-facts.ts';

/** The values the project says are black and white, one pair per channel; undefined if it says nothing. */
export function storedRanges(
  { channelRanges, displayRange, normalizeDisplay }: ImageReference,
  channelCount: number,
): readonly (readonly [number, number])[] | undefined {
  if (channelRanges?.length === channelCount) return channelRanges;
  // ilastik writes down a range it does not show by, too.
  if (!displayRange || !normalizeDisplay) return undefined;
  return Array.from({ length: channelCount }, () => displayRange);
}

/** The project with the ranges an image is shown over: for ilastik one of all channels, and each by itself where they differ. Nothing if the image has become another than `of`. */
export function withDisplay(
  project: Project,
  laneIndex: number,
  { channels, before, of }: { channels: readonly ChannelDisplay[]; before: readonly ChannelDisplay[]; of?: Lane },
): Project {
  const lane = project.lanes[laneIndex];
  const ranges = channels.map(({ range }) => range);
  if (!lane || (of && displayKey(lane) !== displayKey(of))) return project;
  if (ranges.every(([low, high], i) => low === before[i]?.range[0] && high === before[i].range[1])) {
    return project;
  }
  const { channelRanges: _, ...rest } = lane.rawData;
  const isOne = ranges.every(([low, high]) => low === ranges[0]![0] && high === ranges[0]![1]);
  const rawData: ImageReference = {
    ...rest,
    normalizeDisplay: true,
    displayRange: [Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high))],
    ...(isOne ? {} : { channelRanges: ranges }),
  };
  return withLane(project, laneIndex, { ...lane, rawData });
}
