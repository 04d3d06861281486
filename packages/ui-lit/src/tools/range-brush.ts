import type { Labels } from '@brushwood/core';
import type { CanvasTool, Point2, SlicePlane, SlicePointer } from '../view/layer.ts';
import type { SliceBox } from '../view/slice-geometry.ts';
import { lineBox, paintLine, type Pen } from './paint-labels.ts';
import type { IntensityTile, StrokeHost } from './stroke-host.ts';

interface Stamp {
  readonly plane: SlicePlane;
  readonly from: Point2;
  readonly to: Point2;
  readonly pen: Pen;
  readonly range: readonly [number, number];
}

/**
 * A brush that paints only voxels whose intensity lies in a range. Where intensities are not in memory yet it paints as soon as they
 * are, and the stroke ends after that: it is one step of undo whenever they come. The eraser end of a stylus erases whatever it meets.
 */
export function createRangeBrush(host: StrokeHost): CanvasTool {
  let last: Point2 | undefined;
  let isDown = false;
  /** The stroke under way, and how many tiles it waits for. Others may end it, such as another tool or an undo: its late tiles are dropped. */
  let mine: { readonly stroke: object; waiting: number } | undefined;
  /** What this brush left behind: labels that are others were edited by somebody else meanwhile, and late paint would come after that. */
  let left: Labels | undefined;

  const paint = (stamp: Stamp, pen: Pen) => {
    const painted = host.labels && paintLine(host.labels, stamp.plane, { ...stamp, pen });
    if (painted) host.paint(painted.labels, painted.roi);
    left = host.labels;
  };
  const paintIn = (stamp: Stamp, { box, valueAt }: IntensityTile) => {
    if (!valueAt) return;
    const [low, high] = stamp.range;
    const accepts = (u: number, v: number) => {
      if (!isWithin(box, u, v)) return false;
      const value = valueAt(u, v);
      return value >= low && value <= high;
    };
    paint(stamp, { ...stamp.pen, accepts });
  };
  const isOpen = () => mine !== undefined && host.stroke === mine.stroke && host.labels === left;
  const begin = () => {
    if (isOpen()) return; // what is awaited belongs to the same step of undo
    mine = { stroke: host.beginStroke(), waiting: 0 };
    left = host.labels;
  };
  const endIfDone = () => {
    if (isDown || !mine || mine.waiting > 0) return;
    if (host.stroke === mine.stroke) host.endStroke();
    mine = undefined;
  };
  const paintLater = async (stamp: Stamp, load: NonNullable<IntensityTile['load']>) => {
    const of = mine!;
    of.waiting++;
    try {
      const tile = await load();
      if (mine === of && isOpen()) paintIn(stamp, tile);
    } catch (error) {
      host.report(error);
    } finally {
      of.waiting--;
      if (mine === of) endIfDone();
    }
  };
  const draw = ({ plane, points, isEraser }: SlicePointer) => {
    begin();
    const value = isEraser ? 0 : host.activeLabel;
    const pen: Pen = { diameter: host.brushDiameter, value, locked: host.lockedLabels };
    for (const to of points) {
      const stamp = { plane, from: last ?? to, to, pen, range: host.intensityRange ?? [Infinity, -Infinity] } as const;
      last = to;
      if (isEraser) paint(stamp, pen);
      else if (host.intensityRange) {
        for (const tile of host.intensities(plane, lineBox(stamp.from, to, pen.diameter))) {
          if (tile.valueAt) paintIn(stamp, tile);
          else if (tile.load) void paintLater(stamp, tile.load);
        }
      }
    }
  };

  return {
    id: 'range',
    cursor: 'crosshair',
    get outlineDiameter() {
      return host.brushDiameter;
    },
    down(pointer) {
      if (!host.labels) return false;
      isDown = true;
      last = undefined;
      draw(pointer);
      return true;
    },
    move: draw,
    up() {
      isDown = false;
      endIfDone();
    },
    cancel() {
      isDown = false;
      if (mine && host.stroke === mine.stroke) host.cancelStroke();
      mine = undefined;
    },
  };
}

function isWithin({ left, top, right, bottom }: SliceBox, u: number, v: number): boolean {
  return u >= left && u < right && v >= top && v < bottom;
}
