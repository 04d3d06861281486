import { requestOf } from '@brushwood/core';
import { fullDisplay, measuredDisplay } from './first-display.ts';
import type { Labeling } from './labeling.ts';
import { levelReader } from './open-lane.ts';

/** Ranges of the channels after the middle of the shown image. @throws what reading throws */
export async function autoContrast(labeling: Labeling): Promise<void> {
  const { services, info, channels } = labeling;
  const lane = labeling.project.lanes[labeling.laneIndex];
  if (!lane || !info) return;
  const read = levelReader(services, requestOf(lane.rawData));
  const found = await measuredDisplay(info, channels, { read, signal: new AbortController().signal });
  if (labeling.info === info) labeling.setChannels(found);
}

/** Ranges of the channels back to all there is: see `fullDisplay`. @throws what reading throws */
export async function resetContrast(labeling: Labeling): Promise<void> {
  const { services, info, channels } = labeling;
  const lane = labeling.project.lanes[labeling.laneIndex];
  if (!lane || !info) return;
  const found = await fullDisplay(info, channels, { pool: services.pool, image: requestOf(lane.rawData) });
  if (labeling.info === info) labeling.setChannels(found);
}
