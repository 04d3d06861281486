import { shape5, type Roi, type Shape5 } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import type { SliceAxis } from '../../view/layer.ts';
import { assembleViews } from './assemble-views.ts';

const shape: Shape5 = [1, 3, 6, 8, 10];
/** A tile in which every probability tells its class and place. */
function tile(axis: SliceAxis, start: Shape5, stop: Shape5) {
  const roi: Roi = { start, stop };
  const values: number[] = [];
  for (let k = 0; k < 2; k++)
    for (let z = start[2]; z < stop[2]; z++)
      for (let y = start[3]; y < stop[3]; y++)
        for (let x = start[4]; x < stop[4]; x++) values.push(place(k, [z, y, x]));
  return { axis, roi, probabilities: Float32Array.from(values), classCount: 2, isPreliminary: false };
}
const place = (k: number, [z, y, x]: readonly [number, number, number]) => 1000 * k + 100 * z + 10 * y + x;

describe('putting tiles together', () => {
  it('joins the tiles of a slice along z, whatever their order', () => {
    const tiles = [tile('z', [0, 0, 2, 4, 0], [1, 3, 3, 8, 10]), tile('z', [0, 0, 2, 0, 0], [1, 3, 3, 4, 10])];
    const { parts, isTooLarge } = assembleViews(tiles, shape);
    expect(isTooLarge).toBe(false);
    const [{ roi, view }] = parts as [(typeof parts)[number]];
    expect(roi).toEqual({ start: [0, 0, 2, 0, 0], stop: [1, 1, 3, 8, 10] });
    expect([view.shape, view.known, view.classCount]).toEqual([[8, 10], undefined, 2]);
    expect(view.isEdge).toEqual({ top: true, bottom: true, left: true, right: true });
    expect([...view.probabilities]).toEqual([...tile('z', roi.start, roi.stop).probabilities]);
  });

  it('knows where nothing is predicted, and which sides are inside the image', () => {
    const tiles = [tile('x', [0, 0, 0, 2, 5], [1, 3, 3, 4, 6]), tile('x', [0, 0, 3, 4, 5], [1, 3, 6, 6, 6])];
    const [{ roi, view }] = assembleViews(tiles, shape).parts as [ReturnType<typeof assembleViews>['parts'][number]];
    expect(roi).toEqual({ start: [0, 0, 0, 2, 5], stop: [1, 1, 6, 6, 6] });
    expect(view.shape).toEqual([6, 4]);
    expect(view.isEdge).toEqual({ top: true, bottom: true, left: false, right: false });
    const rows = [1, 1, 0, 0];
    expect([...view.known!]).toEqual([rows, rows, rows, [0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]].flat());
    expect(view.probabilities[4 * 4 + 3]).toBe(place(0, [4, 5, 5]));
    expect(view.probabilities[24 + 1]).toBe(place(1, [0, 3, 5]));
    expect(view.probabilities[3]).toBe(0);
  });

  it('keeps the axes apart, and leaves out what is too large', () => {
    const large = { ...tile('z', [0, 0, 0, 0, 0], [1, 1, 1, 1, 1]) };
    const huge = { ...large, roi: { start: shape5(() => 0), stop: [1, 1, 1, 4096, 4096] as Shape5 } };
    const { parts, isTooLarge } = assembleViews([huge, tile('y', [0, 0, 0, 3, 0], [1, 3, 6, 4, 10])], shape);
    expect(parts.map(({ axis, view }) => [axis, view.shape])).toEqual([['y', [6, 10]]]);
    expect(isTooLarge).toBe(true);
  });
});
