import type { CanvasTool } from '../view/layer.ts';
import { fillRegion } from './paint-labels.ts';
import type { StrokeHost } from './stroke-host.ts';

/** Fills the visible part of a region of one label, such as the inside of a closed stroke. */
export function createFillTool(host: StrokeHost): CanvasTool {
  return {
    id: 'fill',
    cursor: 'cell',
    down({ plane, points, isEraser }) {
      const at = points.at(-1);
      if (!host.labels || !at) return false;
      const pen = { diameter: 1, value: isEraser ? 0 : host.activeLabel, locked: host.lockedLabels };
      const filled = fillRegion(host.labels, plane, { at, pen, box: host.visibleBox(plane.axis) });
      host.beginStroke();
      if (filled) host.paint(filled.labels, filled.roi);
      host.endStroke();
      return true;
    },
    move() {},
    up() {},
    cancel() {},
  };
}
