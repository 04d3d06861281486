import { emptyLabels, readLabels, wholeRoi, type Labels, type Shape5 } from '@brushwood/core';
import type { IntensityTile, StrokeHost } from '../tools/stroke-host.ts';
import type { Point2, SlicePlane, SlicePointer } from '../view/layer.ts';
import type { ChannelDisplay } from '../view/raw-rendering.ts';

/** A slice along z. */
export const flat: SlicePlane = { axis: 'z', t: 0, index: 0 };

/** A host in memory: remembers labels before a stroke, and how many strokes ended. */
export class StrokeHostDouble implements StrokeHost {
  labels: Labels;
  activeLabel = 1;
  brushDiameter = 1;
  eraserDiameter = 1;
  lockedLabels: ReadonlySet<number> = new Set();
  channels: readonly ChannelDisplay[] = [];
  intensityRange: readonly [number, number] | undefined;
  stroke: object | undefined;
  ended = 0;
  tiles: readonly IntensityTile[] = [];
  readonly errors: unknown[] = [];
  private before: Labels | undefined;

  constructor(shape: Shape5) {
    this.labels = emptyLabels(shape);
  }

  /** The first slice as rows of digits. */
  get rows(): string[] {
    const [, , , height, width] = this.labels.shape;
    const values = readLabels(this.labels, wholeRoi([1, 1, 1, height, width]));
    return Array.from({ length: height }, (_, y) => [...values.subarray(y * width, (y + 1) * width)].join(''));
  }

  visibleBox() {
    return { left: 0, top: 0, right: this.labels.shape[4], bottom: this.labels.shape[3] };
  }

  paint(labels: Labels): void {
    this.before ??= this.labels;
    this.labels = labels;
  }

  beginStroke(): object {
    if (this.stroke) this.endStroke();
    this.before = this.labels;
    return (this.stroke = {});
  }

  endStroke(): void {
    this.before = undefined;
    this.stroke = undefined;
    this.ended++;
  }

  cancelStroke(): void {
    if (this.before) this.labels = this.before;
    this.before = undefined;
    this.stroke = undefined;
  }

  selectLabel(label: number): void {
    this.activeLabel = label;
  }

  setChannels(channels: readonly ChannelDisplay[]): void {
    this.channels = channels;
  }

  intensities(): readonly IntensityTile[] {
    return this.tiles;
  }

  report(error: unknown): void {
    this.errors.push(error);
  }
}

/** A pointer at places of a slice, ten CSS pixels a voxel. */
export function pointerAt(
  points: readonly (readonly [u: number, v: number])[],
  more: { readonly isEraser?: boolean; readonly plane?: SlicePlane; readonly pointerType?: string } = {},
): SlicePointer {
  const places = points.map(([u, v]): Point2 => ({ u, v }));
  const last = places.at(-1)!;
  const event = { clientX: last.u * 10, clientY: last.v * 10, pointerType: more.pointerType ?? 'mouse' };
  return {
    plane: more.plane ?? flat,
    points: places,
    pressure: 0.5,
    isEraser: more.isEraser ?? false,
    scale: 10,
    event: event as PointerEvent,
  };
}
