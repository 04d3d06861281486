import type { Labels, Roi } from '@brushwood/core';
import type { SlicePlane } from '../view/layer.ts';
import type { ChannelDisplay } from '../view/raw-rendering.ts';
import type { SliceBox } from '../view/slice-geometry.ts';

/** Intensities of a part of a slice. */
export interface IntensityTile {
  readonly box: SliceBox;
  /** Of a voxel in the box: the mean of the channels that are shown. Absent while they are not in memory. */
  readonly valueAt?: (u: number, v: number) => number;
  /** Reads them; resolves with the tile that has them. */
  readonly load?: () => Promise<IntensityTile>;
}

/** What a painting tool works on: the labels of the shown lane and the settings of the pen. */
export interface StrokeHost {
  readonly labels: Labels | undefined;
  /** Label of the active class, from 1. */
  readonly activeLabel: number;
  readonly brushDiameter: number;
  readonly eraserDiameter: number;
  readonly lockedLabels: ReadonlySet<number>;
  /** The part of the slice that is visible. */
  visibleBox(axis: 'z' | 'y' | 'x'): SliceBox;
  /** The stroke that is being painted, if there is one: an object of its own. */
  readonly stroke: object | undefined;
  /** Begins a stroke, whatever is painted until it ends, and ends one that is under way. @returns the new `stroke` */
  beginStroke(): object;
  /** Shows labels that are being painted; `changed` is the box that may differ. */
  paint(labels: Labels, changed: Roi): void;
  endStroke(): void;
  cancelStroke(): void;
  selectLabel(label: number): void;
  /** How the image is shown. */
  readonly channels: readonly ChannelDisplay[];
  setChannels(channels: readonly ChannelDisplay[]): void;
  /** Lowest and highest intensity that the threshold brush paints. */
  readonly intensityRange: readonly [number, number] | undefined;
  /** The tiles of full resolution that a box of a slice touches. */
  intensities(plane: SlicePlane, box: SliceBox): readonly IntensityTile[];
  /** Tells the user of an error. */
  report(error: unknown): void;
}
