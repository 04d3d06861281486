import { BrushwoodError } from '../errors.ts';
import { shape5, type Shape5 } from './axes.ts';

/** A half-open box in `tczyx`: `start` is inside, `stop` is not. */
export interface Roi {
  readonly start: Shape5;
  readonly stop: Shape5;
}

export function wholeRoi(shape: Shape5): Roi {
  return { start: [0, 0, 0, 0, 0], stop: shape };
}

export function roiShape(roi: Roi): Shape5 {
  return shape5((i) => roi.stop[i] - roi.start[i]);
}

export function isSameRoi(a: Roi, b: Roi): boolean {
  return a.start.every((start, i) => start === b.start[i]) && a.stop.every((stop, i) => stop === b.stop[i]);
}

/** The overlap of two boxes, or undefined if they share no voxel. */
export function intersectRois(a: Roi, b: Roi): Roi | undefined {
  const start = shape5((i) => Math.max(a.start[i], b.start[i]));
  const stop = shape5((i) => Math.min(a.stop[i], b.stop[i]));
  return start.every((s, i) => s < stop[i]!) ? { start, stop } : undefined;
}

/** The smallest box around two. */
export function hullOfRois(a: Roi, b: Roi): Roi {
  return {
    start: shape5((i) => Math.min(a.start[i], b.start[i])),
    stop: shape5((i) => Math.max(a.stop[i], b.stop[i])),
  };
}

/** A box with one axis replaced; a short way to say "the same box, all channels". */
export function withAxis(roi: Roi, axis: number, start: number, stop: number): Roi {
  return {
    start: shape5((i) => (i === axis ? start : roi.start[i])),
    stop: shape5((i) => (i === axis ? stop : roi.stop[i])),
  };
}

/** Moves a box by a signed offset per axis. */
export function translateRoi(roi: Roi, offset: readonly number[]): Roi {
  return {
    start: shape5((i) => roi.start[i] + (offset[i] ?? 0)),
    stop: shape5((i) => roi.stop[i] + (offset[i] ?? 0)),
  };
}

/** @throws 'invalid-roi' if the box is empty, not integer, or reaches outside `shape`. */
export function checkRoi(roi: Roi, shape: Shape5, who: string): void {
  const isValid = roi.start.every((start, i) => {
    const stop = roi.stop[i]!;
    return Number.isInteger(start) && Number.isInteger(stop) && start >= 0 && start < stop && stop <= shape[i]!;
  });
  if (!isValid) {
    throw new BrushwoodError(
      'invalid-roi',
      `${who}: the box (${roi.start.join(', ')}) to (${roi.stop.join(', ')}) does not lie inside the image of ` +
        `shape (${shape.join(', ')}), axes tczyx.`,
      { start: [...roi.start], stop: [...roi.stop], shape: [...shape] },
    );
  }
}
