import { withAxis, type Roi } from '../grid/roi.ts';

/** Names a tile of an image, whatever its channel range says. */
export function tileKey(imageKey: string, roi: Roi): string {
  const { start, stop } = oneChannel(roi);
  return `${imageKey} ${start.join(',')} ${stop.join(',')}`;
}

/** Steps of the worker number along t, c, z, y, x: neighbours in a grid of tiles go to different workers. */
const steps = [7, 0, 5, 3, 1] as const;

/** The worker of a tile: always the same, so that it meets its features there. */
export function workerOf(roi: Roi, workers: number): number {
  const { start, stop } = oneChannel(roi);
  const place = start.map((from, axis) => Math.floor(from / Math.max(1, stop[axis]! - from)));
  return place.reduce((sum, at, axis) => sum + at * steps[axis]!, 0) % workers;
}

/** The box with one channel: a tile as labels see it. */
export function oneChannel(roi: Roi): Roi {
  return withAxis(roi, 1, 0, 1);
}
