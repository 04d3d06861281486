import {
  copyBox,
  elementCount,
  hullOfRois,
  roiShape,
  translateRoi,
  wholeRoi,
  withAxis,
  type ResultView,
  type Roi,
  type Shape5,
} from '@brushwood/core';
import type { PredictedTile } from '../../sources/prediction-store.ts';
import type { SliceAxis } from '../../view/layer.ts';
import { sliceAxes } from '../../view/slice-geometry.ts';

/** What is predicted of one visible slice. */
export interface SlicePart {
  readonly axis: SliceAxis;
  /** The box around its tiles, one channel. */
  readonly roi: Roi;
  readonly view: ResultView;
}

/** Probabilities of a part that are put together at most: 64 MiB of them. */
const mostValues = 2 ** 24;

/**
 * Puts the tiles of each slice axis together.
 * @param shape of the image
 * @returns one part per axis; `isTooLarge` if parts are left out as they hold too many values at once
 */
export function assembleViews(
  tiles: readonly PredictedTile[],
  shape: Shape5,
): { readonly parts: readonly SlicePart[]; readonly isTooLarge: boolean } {
  const parts: SlicePart[] = [];
  let isTooLarge = false;
  for (const axis of ['z', 'y', 'x'] as const) {
    const mine = tiles.filter((tile) => tile.axis === axis);
    if (mine.length === 0) continue;
    const roi = mine.map((tile) => oneChannel(tile.roi)).reduce(hullOfRois);
    if (elementCount(roiShape(roi)) * mine[0]!.classCount > mostValues) isTooLarge = true;
    else parts.push({ axis, roi, view: viewOf(axis, roi, { tiles: mine, shape }) });
  }
  return { parts, isTooLarge };
}

function viewOf(
  axis: SliceAxis,
  roi: Roi,
  { tiles, shape }: { tiles: readonly PredictedTile[]; shape: Shape5 },
): ResultView {
  const { classCount } = tiles[0]!;
  const box = roiShape(roi);
  const voxels = elementCount(box);
  const probabilities = new Float32Array(classCount * voxels);
  const known = new Uint8Array(voxels);
  let count = 0;
  for (const tile of tiles) {
    const from = roiShape(oneChannel(tile.roi));
    const size = elementCount(from);
    const place = translateRoi(
      oneChannel(tile.roi),
      roi.start.map((start) => -start),
    );
    for (let k = 0; k < classCount; k++) {
      const plane = { data: tile.probabilities.subarray(k * size, (k + 1) * size), shape: from };
      const target = { data: probabilities.subarray(k * voxels, (k + 1) * voxels), shape: box };
      copyBox(plane, wholeRoi(from), target, place);
    }
    copyBox({ data: new Uint8Array(size).fill(1), shape: from }, wholeRoi(from), { data: known, shape: box }, place);
    count += size;
  }
  const [row, column] = ([2, 3, 4] as const).filter((at) => at !== sliceAxes[axis].normal) as [2 | 3, 3 | 4];
  return {
    shape: [box[row], box[column]],
    classCount,
    probabilities,
    ...(count < voxels ? { known } : {}),
    isEdge: {
      top: roi.start[row] === 0,
      bottom: roi.stop[row] === shape[row],
      left: roi.start[column] === 0,
      right: roi.stop[column] === shape[column],
    },
  };
}

function oneChannel(roi: Roi): Roi {
  return withAxis(roi, 1, 0, 1);
}
