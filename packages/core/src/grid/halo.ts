import type { Shape3, Shape5 } from './axes.ts';
import type { Roi } from './roi.ts';

/** Context voxels per side along z, y, x. */
export type Halo = Shape3;

/** Which faces of a padded block lie at the edge of the image: there is no context there, so passes mirror. */
export interface ImageEdges {
  readonly start: readonly [boolean, boolean, boolean];
  readonly stop: readonly [boolean, boolean, boolean];
}

/**
 * The block plus its halo, clipped to the image: padding is real data and exists only inside the image.
 * @param core   box of the output, axes tczyx
 * @param shape  shape of the image
 */
export function padRoi(core: Roi, halo: Halo, shape: Shape5): { roi: Roi; edges: ImageEdges } {
  const start = [...core.start] as [number, number, number, number, number];
  const stop = [...core.stop] as [number, number, number, number, number];
  const startEdges: [boolean, boolean, boolean] = [false, false, false];
  const stopEdges: [boolean, boolean, boolean] = [false, false, false];
  for (let i = 0; i < 3; i++) {
    const axis = i + 2;
    start[axis] = Math.max(0, core.start[axis]! - halo[i]!);
    stop[axis] = Math.min(shape[axis]!, core.stop[axis]! + halo[i]!);
    startEdges[i] = start[axis] === 0;
    stopEdges[i] = stop[axis] === shape[axis];
  }
  return { roi: { start, stop }, edges: { start: startEdges, stop: stopEdges } };
}
