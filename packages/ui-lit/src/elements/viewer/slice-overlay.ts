import type { Camera } from '../../view/camera.ts';
import type { Point2, SliceAxis, ToolPreview } from '../../view/layer.ts';

/** What is drawn above the picture. */
export interface OverlayMarks {
  /** The crosshair's voxel centre, and the axes whose slices its upright and its level line stand for. */
  readonly crosshair?: { readonly at: Point2; readonly upright: SliceAxis; readonly level: SliceAxis };
  /** The brush, diameter in voxels. */
  readonly outline?: { readonly at: Point2; readonly diameter: number };
  /** What the tool is making. */
  readonly preview?: ToolPreview;
}

export interface OverlayView {
  readonly camera: Camera;
  /** Device pixels. */
  readonly width: number;
  readonly height: number;
  readonly pixelRatio: number;
  readonly marks: OverlayMarks;
}

/** One colour an axis: for the lines of the crosshair and the names of the views. */
export const axisColors: Readonly<Record<SliceAxis, string>> = { x: '#e5746f', y: '#7cb66b', z: '#6ba3e0' };

export function drawOverlay(context: CanvasRenderingContext2D, view: OverlayView): void {
  context.clearRect(0, 0, view.width, view.height);
  const { crosshair, outline, preview } = view.marks;
  if (crosshair) drawCrosshair(context, view, crosshair);
  if (preview) drawPreview(context, view, preview);
  if (outline) drawOutline(context, view, outline);
}

function devicePoint({ camera, width, height, pixelRatio }: OverlayView, at: Point2): { x: number; y: number } {
  const scale = camera.scale * pixelRatio;
  return { x: (at.u - camera.u) * scale + width / 2, y: (at.v - camera.v) * scale + height / 2 };
}

/** Lines with a gap in the middle, so that the voxel itself stays visible. */
function drawCrosshair(
  context: CanvasRenderingContext2D,
  view: OverlayView,
  { at, upright, level }: NonNullable<OverlayMarks['crosshair']>,
): void {
  const center = devicePoint(view, at);
  const x = Math.floor(center.x) + 0.5; // on whole pixels: one pixel wide, not two half ones
  const y = Math.floor(center.y) + 0.5;
  const gap = Math.max(8 * view.pixelRatio, (view.camera.scale * view.pixelRatio) / 2 + 2);
  context.lineWidth = Math.max(1, Math.round(view.pixelRatio));
  context.globalAlpha = 0.85;
  strokeLines(context, axisColors[upright], [
    [x, 0, x, y - gap],
    [x, y + gap, x, view.height],
  ]);
  strokeLines(context, axisColors[level], [
    [0, y, x - gap, y],
    [x + gap, y, view.width, y],
  ]);
  context.globalAlpha = 1;
}

function strokeLines(
  context: CanvasRenderingContext2D,
  color: string,
  lines: readonly (readonly [number, number, number, number])[],
): void {
  context.strokeStyle = color;
  context.beginPath();
  for (const [x0, y0, x1, y1] of lines) {
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
  }
  context.stroke();
}

/** A light line on a dark one: seen on any picture. */
const lineOnLine = [
  [3, 'rgb(0 0 0 / 0.55)'],
  [1.25, 'rgb(255 255 255 / 0.95)'],
] as const;

function drawPreview(context: CanvasRenderingContext2D, view: OverlayView, { path, handle }: ToolPreview): void {
  const points = path.map((at) => devicePoint(view, at));
  context.lineJoin = 'round';
  for (const [width, color] of lineOnLine) {
    context.lineWidth = width * view.pixelRatio;
    context.strokeStyle = color;
    context.beginPath();
    for (const { x, y } of points) context.lineTo(x, y);
    context.stroke();
  }
  const last = points.at(-1);
  const first = points[0];
  if (!first || !last) return;
  context.setLineDash([4 * view.pixelRatio, 4 * view.pixelRatio]); // the side that would close it
  context.beginPath();
  context.moveTo(last.x, last.y);
  context.lineTo(first.x, first.y);
  context.stroke();
  context.setLineDash([]);
  if (handle) drawCircle(context, view, { ...devicePoint(view, handle), radius: 5 * view.pixelRatio });
}

function drawOutline(
  context: CanvasRenderingContext2D,
  view: OverlayView,
  { at, diameter }: NonNullable<OverlayMarks['outline']>,
): void {
  const { x, y } = devicePoint(view, at);
  const radius = Math.max((diameter / 2) * view.camera.scale * view.pixelRatio, 1.5 * view.pixelRatio);
  drawCircle(context, view, { x, y, radius });
}

function drawCircle(
  context: CanvasRenderingContext2D,
  { pixelRatio }: OverlayView,
  { x, y, radius }: { readonly x: number; readonly y: number; readonly radius: number },
): void {
  for (const [width, color] of lineOnLine) {
    context.lineWidth = width * pixelRatio;
    context.strokeStyle = color;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.stroke();
  }
}
