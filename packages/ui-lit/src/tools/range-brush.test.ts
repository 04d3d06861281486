import { emptyLabels } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { pointerAt, StrokeHostDouble } from '../testing/stroke-host-double.ts';
import { createPenTool } from './pen-tool.ts';
import { createRangeBrush } from './range-brush.ts';
import type { IntensityTile } from './stroke-host.ts';

/** Intensity = 10 × column + row. */
const valueAt = (u: number, v: number) => 10 * u + v;
const left: IntensityTile = { box: { left: 0, top: 0, right: 3, bottom: 3 }, valueAt };
const right: IntensityTile = { box: { left: 3, top: 0, right: 6, bottom: 3 }, valueAt };

function start() {
  const host = new StrokeHostDouble([1, 1, 1, 3, 6]);
  host.brushDiameter = 5;
  host.intensityRange = [11, 40];
  host.tiles = [left, right];
  return { host, tool: createRangeBrush(host) };
}
const middle = pointerAt([[3, 1.5]]);
/** Columns 1 to 4 of the brush, without what is below 11 and above 40. */
const inRange = ['001110', '011100', '011100'];

/** A tile that comes when it is told to. */
function late(tile: IntensityTile) {
  let give = () => {};
  const loaded = new Promise<IntensityTile>((resolve) => (give = () => resolve(tile)));
  return { tile: { box: tile.box, load: () => loaded }, give, loaded };
}

describe('the threshold brush', () => {
  it('paints only what lies in the range, both ends included', () => {
    const { host, tool } = start();
    tool.down(middle);
    tool.up(middle);
    expect(host.rows).toEqual(inRange);
    expect(host.ended).toBe(1);
  });

  it('paints late values within the same stroke, which ends when all have come', async () => {
    const { host, tool } = start();
    const other = late(right);
    host.tiles = [left, other.tile];
    tool.down(middle);
    tool.up(middle);
    expect(host.rows).toEqual(['001000', '011000', '011000']);
    expect(host.ended).toBe(0);
    other.give();
    await other.loaded;
    await Promise.resolve();
    expect(host.rows).toEqual(inRange);
    expect(host.ended).toBe(1);
  });

  it('leaves labels alone that were edited before its late values came', async () => {
    const { host, tool } = start();
    const other = late(right);
    host.tiles = [left, other.tile];
    tool.down(middle);
    tool.up(middle);
    host.labels = emptyLabels([1, 1, 1, 3, 6]); // an undo
    other.give();
    await other.loaded;
    await Promise.resolve();
    expect(host.rows).toEqual(['000000', '000000', '000000']);
  });

  it('leaves the stroke alone that another tool has begun meanwhile', async () => {
    const { host, tool } = start();
    const other = late(right);
    host.tiles = [left, other.tile];
    tool.down(middle);
    tool.up(middle);
    host.brushDiameter = 1;
    const brush = createPenTool('brush', host);
    brush.down(pointerAt([[5.5, 0.5]]));
    expect(host.ended).toBe(1); // its own
    other.give();
    await other.loaded;
    await Promise.resolve();
    expect(host.ended).toBe(1);
    expect(host.rows[0]!.slice(3, 5)).toBe('00'); // nothing late
    brush.up(pointerAt([[5.5, 0.5]]));
    expect(host.ended).toBe(2);
  });

  it('paints nothing late of a stroke that was ended before, by an undo', async () => {
    const { host, tool } = start();
    const other = late(right);
    host.tiles = [other.tile];
    tool.down(middle);
    tool.up(middle);
    host.endStroke();
    other.give();
    await other.loaded;
    await Promise.resolve();
    expect([host.rows.join(''), host.ended]).toEqual(['0'.repeat(18), 1]);
  });

  it('drops late values of a stroke that was taken back', async () => {
    const { host, tool } = start();
    const other = late(right);
    host.tiles = [left, other.tile];
    tool.down(middle);
    tool.cancel();
    other.give();
    await other.loaded;
    await Promise.resolve();
    expect([host.rows.join(''), host.ended]).toEqual(['0'.repeat(18), 0]);
  });

  it('ends its stroke where values cannot be read, and says so', async () => {
    const { host, tool } = start();
    const error = new Error('gone');
    host.tiles = [left, { box: right.box, load: () => Promise.reject(error) }];
    tool.down(middle);
    tool.up(middle);
    await new Promise((resolve) => setTimeout(resolve));
    expect([host.errors, host.ended]).toEqual([[error], 1]);
  });

  it('keeps protected labels, erases everything with the eraser end, and paints nothing without a range', () => {
    const { host, tool } = start();
    tool.down(middle);
    tool.up(middle);
    host.lockedLabels = new Set([1]);
    host.activeLabel = 2;
    host.intensityRange = [0, 100];
    tool.down(middle);
    tool.up(middle);
    // the disc of 2.5 voxels reaches columns 1 to 4, and 0 to 5 in the middle row
    expect(host.rows).toEqual(['021110', '211122', '011120']);
    host.lockedLabels = new Set();
    const eraser = pointerAt([[3, 1.5]], { isEraser: true });
    tool.down(eraser);
    tool.up(eraser);
    expect(host.rows.join('')).toBe('0'.repeat(18));
    host.intensityRange = undefined;
    tool.down(middle);
    tool.up(middle);
    expect(host.rows.join('')).toBe('0'.repeat(18));
  });
});
