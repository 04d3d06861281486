import type { CanvasTool, Point2, SlicePointer } from '../view/layer.ts';
import { paintLine, type Pen } from './paint-labels.ts';
import type { StrokeHost } from './stroke-host.ts';

/** Brush and eraser: a round pen that follows the pointer. The eraser end of a stylus erases with either. */
export function createPenTool(id: 'brush' | 'eraser', host: StrokeHost): CanvasTool {
  const isErasing = ({ isEraser }: SlicePointer) => isEraser || id === 'eraser';
  let last: Point2 | undefined;
  const draw = (pointer: SlicePointer) => {
    const erases = isErasing(pointer);
    const pen: Pen = {
      diameter: id === 'eraser' ? host.eraserDiameter : host.brushDiameter,
      value: erases ? 0 : host.activeLabel,
      locked: host.lockedLabels,
    };
    for (const to of pointer.points) {
      const { labels } = host;
      if (!labels) return;
      const painted = paintLine(labels, pointer.plane, { from: last ?? to, to, pen });
      last = to;
      if (painted) host.paint(painted.labels, painted.roi);
    }
  };
  return {
    id,
    cursor: 'crosshair',
    get outlineDiameter() {
      return id === 'eraser' ? host.eraserDiameter : host.brushDiameter;
    },
    down(pointer) {
      if (!host.labels) return false;
      last = undefined;
      host.beginStroke();
      draw(pointer);
      return true;
    },
    move: draw,
    up() {
      last = undefined;
      host.endStroke();
    },
    cancel() {
      last = undefined;
      host.cancelStroke();
    },
  };
}
