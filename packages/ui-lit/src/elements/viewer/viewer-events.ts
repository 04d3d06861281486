import type { SliceBox } from '../../view/slice-geometry.ts';
import type { Point5, SliceAxis, SlicePlane } from '../../view/layer.ts';

/** What one slice view shows. */
export interface VisibleSlice {
  readonly plane: SlicePlane;
  /** The visible part of the image in voxels of level 0, half open. Empty if `right <= left`. */
  readonly box: SliceBox;
  /** The level of the image that fits the zoom. */
  readonly level: number;
  /** CSS pixels per voxel of level 0. */
  readonly scale: number;
}

export interface ViewChangeDetail {
  /** One for each slice view on the screen, the one worked in first. */
  readonly slices: readonly VisibleSlice[];
}

export interface PositionChangeDetail {
  readonly position: Point5;
}

/** The voxel under the pointer, or null if the pointer is outside the image. */
export type PointerVoxelDetail = { readonly position: Point5; readonly plane: SlicePlane } | null;

export interface MaximizeChangeDetail {
  readonly axis: SliceAxis | null;
}

export interface LayerErrorDetail {
  readonly layerId: string;
  readonly error: unknown;
}

/** The typed events of `<brushwood-viewer>`, by name. */
export interface ViewerEvents {
  'view-change': CustomEvent<ViewChangeDetail>;
  'position-change': CustomEvent<PositionChangeDetail>;
  'pointer-voxel': CustomEvent<PointerVoxelDetail>;
  'maximize-change': CustomEvent<MaximizeChangeDetail>;
  'layer-error': CustomEvent<LayerErrorDetail>;
}
