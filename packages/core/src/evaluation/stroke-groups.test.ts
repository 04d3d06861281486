import { describe, expect, it } from 'vitest';
import type { Shape3, Shape5 } from '../grid/axes.ts';
import type { Roi } from '../grid/roi.ts';
import { emptyLabels, writeLabels, type Labels } from '../project/labels.ts';
import { collectProjectSamples } from '../pipeline/collect-project-samples.ts';
import { fakeServices, stripeLabels, stripeProject, stripes } from '../test-doubles/phantoms.ts';
import { placeOf, samplePlaces } from './sample-places.ts';
import { strokeGroups } from './stroke-groups.ts';

/** Labels with filled boxes: label, start and stop as z, y, x. */
function boxes(shape: Shape5, list: readonly (readonly [number, Shape3, Shape3])[]): Labels {
  return list.reduce((labels, [label, start, stop]) => {
    const size = start.reduce((product, from, i) => product * (stop[i]! - from), 1);
    const roi: Roi = { start: [0, 0, ...start], stop: [1, 1, ...stop] };
    return writeLabels(labels, roi, new Uint8Array(size).fill(label));
  }, emptyLabels(shape));
}

/** How many samples the groups have, by size. */
function groupSizes(lanes: readonly Labels[]): number[] {
  const places = samplePlaces(
    lanes.map((labels) => ({ labels })),
    lanes.map((_, i) => i),
  );
  const classes = Array.from({ length: places.count }, (_, row) => {
    const { laneIndex, t, z, y, x } = placeOf(places, row);
    const [, , nz, ny, nx] = lanes[laneIndex]!.shape;
    const chunk = [...lanes[laneIndex]!.chunks.values()];
    return chunk.length === 1 && chunk[0]!.length === nz * ny * nx
      ? chunk[0]![((t * nz + z) * ny + y) * nx + x]! - 1
      : 0;
  });
  const groups = strokeGroups(places, classes);
  const sizes = new Map<number, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  return [...sizes.values()].sort((a, b) => a - b);
}

const plane: Shape5 = [1, 1, 1, 100, 120];

describe('samplePlaces', () => {
  it('tells where every row of the samples lies, in their order', async () => {
    const project = stripeProject(stripes([2, 1, 5, 30, 20]), [0.7]);
    const { samples, laneIndices } = await collectProjectSamples(project, { services: fakeServices(2) });
    const places = samplePlaces(project.lanes, laneIndices);
    const labels = stripeLabels([2, 1, 5, 30, 20]);
    expect(places.count).toBe(samples.sampleCount);
    const found = Array.from({ length: places.count }, (_, row) => {
      const { laneIndex, t, z, y, x } = placeOf(places, row);
      return laneIndex === 0 ? labels[((t * 5 + z) * 30 + y) * 20 + x]! - 1 : -1;
    });
    expect(found).toEqual([...samples.classIndices]);
  });
});

describe('strokeGroups', () => {
  it('tells strokes apart that lie apart', () => {
    const labels = boxes(plane, [
      [1, [0, 10, 10], [1, 12, 40]],
      [1, [0, 60, 10], [1, 62, 30]],
    ]);
    expect(groupSizes([labels])).toEqual([40, 60]);
  });

  it('bridges a small gap, also across a corner', () => {
    const labels = boxes(plane, [
      [1, [0, 10, 10], [1, 12, 40]],
      [1, [0, 15, 43], [1, 17, 60]],
    ]);
    expect(groupSizes([labels])).toEqual([94]);
  });

  it('never joins two classes, two images or two slices far apart', () => {
    const touching = boxes(plane, [
      [1, [0, 10, 10], [1, 12, 40]],
      [2, [0, 12, 10], [1, 14, 40]],
    ]);
    expect(groupSizes([touching])).toEqual([60, 60]);
    const one = boxes(plane, [[1, [0, 10, 10], [1, 12, 40]]]);
    expect(groupSizes([one, one])).toEqual([60, 60]);
    const volume = boxes(
      [1, 1, 40, 40, 40],
      [
        [1, [0, 10, 10], [1, 12, 20]],
        [1, [30, 10, 10], [31, 12, 20]],
      ],
    );
    expect(groupSizes([volume])).toEqual([20, 20]);
  });

  it('joins what was copied to the next frames, and keeps frames apart that do not follow one another', () => {
    const frames = [2, 3, 4, 9];
    const { data } = samplePlaces([{ labels: boxes(plane, [[1, [0, 10, 10], [1, 12, 40]]]) }], [0]);
    const copies = frames.flatMap((t) => [...data].map((value, i) => (i % 5 === 1 ? t : value)));
    const places = { count: 240, data: Int32Array.from(copies) };
    const groups = strokeGroups(places, new Uint8Array(240));
    expect([...groups]).toEqual(Array.from({ length: 240 }, (_, row) => (row < 180 ? 0 : 1)));
  });

  it('cuts what covers a whole image into blocks', () => {
    const wide = boxes([1, 1, 1, 128, 256], [[1, [0, 0, 0], [1, 128, 256]]]);
    expect(groupSizes([wide])).toEqual(Array<number>(8).fill(64 * 64));
    const short = boxes([1, 1, 1, 128, 128], [[1, [0, 0, 0], [1, 128, 128]]]);
    expect(groupSizes([short])).toEqual([128 * 128]);
  });
});
