import type { ImageLevel, Shape5, VoxelSize } from '@brushwood/core';

/** A voxel of level 0, order `tczyx` without the channel. */
export interface Point5 {
  readonly t: number;
  readonly z: number;
  readonly y: number;
  readonly x: number;
}

/** Axis a slice is seen along: `z` shows x to the right and y down, `y` x and z, `x` z to the right and y down. */
export type SliceAxis = 'z' | 'y' | 'x';

/** One flat view through an image. */
export interface SlicePlane {
  readonly axis: SliceAxis;
  readonly t: number;
  /** Position along `axis`, voxels of level 0. */
  readonly index: number;
}

/** A place on a slice plane, in voxels of level 0: `u` to the right, `v` down. Pixel centres are at .5. */
export interface Point2 {
  readonly u: number;
  readonly v: number;
}

/** One tile of the grid of one level of a plane. */
export interface TileAddress {
  readonly plane: SlicePlane;
  readonly level: number;
  readonly column: number;
  readonly row: number;
  /** Box on the plane in pixels of the level, half open. At most `tileSize` wide and high. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Edge of a tile in pixels. Label chunks and live tiles lie in its grid. */
export const tileSize = 256;

/** What is shown, without its pixels. */
export interface ShownImage {
  readonly shape: Shape5;
  /** The levels the tiles may come from; 0 is full resolution. */
  readonly levels: readonly ImageLevel[];
  readonly voxelSize?: VoxelSize;
}

/**
 * Gives the pixels of a layer, tile by tile. A source says by `onChange` that tiles are out of date; the viewer asks for those it
 * shows again, and shows the old ones until the new ones are there.
 */
export interface LayerSource {
  /** Level-0 only layers (labels, predictions) are drawn scaled when the view shows another level. */
  readonly levelCount: number;
  /** RGBA, not premultiplied, `width` × `height` of the address; undefined if there is nothing to show (yet). */
  tile(address: TileAddress, signal: AbortSignal): ImageData | undefined | Promise<ImageData | undefined>;
  /** `isStale` picks the tiles that changed. Returns what ends the subscription. */
  onChange(listener: (isStale: (address: TileAddress) => boolean) => void): () => void;
}

/** One layer of a viewer. Plain data: a change is a new object in a new list. */
export interface Layer {
  /** Stable while the layer lives. */
  readonly id: string;
  readonly name: string;
  readonly source: LayerSource;
  /** 0…1. */
  readonly opacity: number;
  readonly isVisible: boolean;
  /** Shown under this heading in the list of layers. */
  readonly group?: string;
  /** Swatch in the list of layers, CSS colour. */
  readonly color?: string;
}

/** A pointer on a slice, for tools. */
export interface SlicePointer {
  readonly plane: SlicePlane;
  /** Every position since the last event (coalesced ones too), oldest first; at least one. */
  readonly points: readonly Point2[];
  /** 0…1; 0.5 for a mouse. */
  readonly pressure: number;
  readonly isEraser: boolean;
  /** CSS pixels per voxel of level 0. */
  readonly scale: number;
  readonly event: PointerEvent;
}

/** What a tool shows on its slice while something is being made. */
export interface ToolPreview {
  readonly plane: SlicePlane;
  /** A line through these places. */
  readonly path: readonly Point2[];
  /** Where a click ends it. */
  readonly handle?: Point2;
}

/** What a viewer asks when a pointer works on a slice. Pan and zoom are the viewer's own and never reach a tool. */
export interface CanvasTool {
  readonly id: string;
  /** CSS cursor over the slices. */
  readonly cursor: string;
  /** Diameter of the outline to show at the pointer, in voxels; absent for none. */
  readonly outlineDiameter?: number;
  readonly preview?: ToolPreview;
  /** Begins a stroke; false leaves the pointer to the viewer (pan). */
  down(pointer: SlicePointer): boolean;
  move(pointer: SlicePointer): void;
  up(pointer: SlicePointer): void;
  /** The stroke was interrupted (Escape, second finger): take it back. */
  cancel(): void;
  /** The pointer moves over a slice without working on it. */
  hover?(plane: SlicePlane, point: Point2): void;
  /** A key that is pressed while the tool is in hand, as `KeyboardEvent.key`. True if the tool took it. */
  key?(key: string): boolean;
  /** True if a double click is the tool's: it moves no crosshair then. */
  doubleClick?(): boolean;
  /** Another tool or image is taken: forget what is unfinished. */
  release?(): void;
}
