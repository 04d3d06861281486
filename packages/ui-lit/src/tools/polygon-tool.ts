import type { CanvasTool, Point2, SlicePlane, SlicePointer } from '../view/layer.ts';
import { isSamePlane } from '../view/slice-geometry.ts';
import { fillPolygon } from './fill-polygon.ts';
import type { StrokeHost } from './stroke-host.ts';

/** CSS pixels that a pointer moves before its press is a drag and no click; and around a corner, where a click means the corner. */
const dragDistance = 4;
const cornerReach = { mouse: 8, touch: 16 };

/** An outline that is being made: parts that were clicked (one place) or drawn (many). */
interface Outline {
  readonly plane: SlicePlane;
  readonly isEraser: boolean;
  parts: readonly (readonly Point2[])[];
}

/**
 * Paints the inside of an outline. Drag around something, or click corner after corner; a click on the first or last corner, Enter or a
 * double click closes it. Backspace takes the last corner back, Escape all of them. The eraser end of a stylus erases.
 */
export function createPolygonTool(host: StrokeHost): CanvasTool {
  let outline: Outline | undefined;
  let pressed: { readonly points: Point2[]; isDrag: boolean } | undefined;
  let hovered: Point2 | undefined;

  const forget = () => {
    outline = undefined;
    pressed = undefined;
    hovered = undefined;
  };
  const corners = () => outline?.parts.flat() ?? [];
  const close = () => {
    const path = corners();
    if (!outline || path.length < 3) return;
    const { plane, isEraser } = outline;
    forget();
    const pen = { value: isEraser ? 0 : host.activeLabel, locked: host.lockedLabels };
    const filled = host.labels && fillPolygon(host.labels, plane, { path, pen });
    host.beginStroke();
    if (filled) host.paint(filled.labels, filled.roi);
    host.endStroke();
  };
  const isNear = (corner: Point2 | undefined, at: Point2, { scale, event }: SlicePointer) =>
    corner !== undefined &&
    Math.hypot(at.u - corner.u, at.v - corner.v) * scale <=
      (event.pointerType === 'touch' ? cornerReach.touch : cornerReach.mouse);

  return {
    id: 'polygon',
    cursor: 'crosshair',
    get preview() {
      if (!outline) return undefined;
      const path = corners();
      const last = pressed ? pressed.points : hovered && path.length > 0 ? [hovered] : [];
      return { plane: outline.plane, path: [...path, ...last], handle: path.length > 2 ? path[0] : undefined };
    },
    down(pointer) {
      const at = pointer.points.at(-1);
      if (!host.labels || !at) return false;
      if (outline && !isSamePlane(outline.plane, pointer.plane)) forget();
      const path = corners();
      const isOnLast = isNear(path.at(-1), at, pointer);
      if (path.length > 2 && (isOnLast || isNear(path[0], at, pointer))) close();
      else if (!isOnLast) {
        outline ??= { plane: pointer.plane, isEraser: pointer.isEraser, parts: [] };
        pressed = { points: [at], isDrag: false };
      }
      return true;
    },
    move({ points, scale }) {
      if (!pressed) return;
      const [first] = pressed.points;
      pressed.isDrag ||= points.some(({ u, v }) => Math.hypot(u - first!.u, v - first!.v) * scale > dragDistance);
      pressed.points.push(...points);
    },
    up() {
      if (!pressed || !outline) return;
      const { points, isDrag } = pressed;
      const isLasso = isDrag && outline.parts.length === 0;
      outline.parts = [...outline.parts, isDrag ? points : points.slice(0, 1)];
      pressed = undefined;
      hovered = undefined;
      if (isLasso) {
        close();
        forget();
      }
    },
    cancel() {
      pressed = undefined;
      if (outline?.parts.length === 0) forget();
    },
    hover(plane, point) {
      hovered = outline && isSamePlane(outline.plane, plane) ? point : undefined;
    },
    key(key) {
      if (!outline) return false;
      if (key === 'Enter') close();
      else if (key === 'Escape') forget();
      else if (key === 'Backspace') {
        outline.parts = outline.parts.slice(0, -1);
        if (outline.parts.length === 0) forget();
      } else return false;
      return true;
    },
    doubleClick: () => true,
    release: forget,
  };
}
