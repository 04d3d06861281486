import type { CanvasTool } from '../view/layer.ts';
import { labelAt } from './paint-labels.ts';
import type { StrokeHost } from './stroke-host.ts';

/** Makes the class under the pointer the active one. */
export function createPickTool(host: StrokeHost): CanvasTool {
  return {
    id: 'pick',
    cursor: 'copy',
    down({ plane, points }) {
      const at = points.at(-1);
      const label = at && host.labels ? labelAt(host.labels, plane, at) : 0;
      if (label > 0) host.selectLabel(label);
      return true;
    },
    move() {},
    up() {},
    cancel() {},
  };
}
