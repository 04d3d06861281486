import { roiShape } from '../grid/roi.ts';
import { labelBlocks, type Labels } from '../project/labels.ts';

/** One labelled voxel. */
export interface SamplePlace {
  readonly laneIndex: number;
  readonly t: number;
  readonly z: number;
  readonly y: number;
  readonly x: number;
}

/** Where samples lie, row by row. */
export interface SamplePlaces {
  readonly count: number;
  /** int32, row-major, (count, 5): number of the lane, t, z, y, x. */
  readonly data: Int32Array;
}

/** Where the samples of these lanes lie, in the order of `collectProjectSamples`. @param laneIndices its lanes */
export function samplePlaces(
  lanes: readonly { readonly labels: Labels }[],
  laneIndices: readonly number[],
): SamplePlaces {
  const rows: number[] = [];
  for (const laneIndex of laneIndices) {
    for (const { roi, data } of labelBlocks(lanes[laneIndex]!.labels)) {
      const [, , , ny, nx] = roiShape(roi);
      const [t, , z, y, x] = roi.start;
      for (let i = 0; i < data.length; i++) {
        if (data[i] === 0) continue;
        const row = Math.floor(i / nx);
        rows.push(laneIndex, t, z + Math.floor(row / ny), y + (row % ny), x + (i % nx));
      }
    }
  }
  return { count: rows.length / 5, data: Int32Array.from(rows) };
}

export function placeOf({ data }: SamplePlaces, row: number): SamplePlace {
  const at = 5 * row;
  return { laneIndex: data[at]!, t: data[at + 1]!, z: data[at + 2]!, y: data[at + 3]!, x: data[at + 4]! };
}
