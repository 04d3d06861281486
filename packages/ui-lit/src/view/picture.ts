import { stridesOf, type Shape5 } from '@brushwood/core';
import type { SliceAxis } from './layer.ts';
import { sliceAxes } from './slice-geometry.ts';

/** Red, green, blue, 0…255. */
export type RgbColor = readonly [number, number, number];

/** RGBA, not premultiplied, 4 × width × height bytes. May be posted between threads; `toImageData` makes it a tile. */
export interface Picture {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** How the pixels of a slice lie in an array. Strides count elements. */
export interface SliceLayout {
  readonly width: number;
  readonly height: number;
  /** From a pixel to the one on its right, and to the one below. */
  readonly strideU: number;
  readonly strideV: number;
  /** From a channel (or class) to the next. */
  readonly strideChannel: number;
}

/** Layout of a `tczyx` block that is one voxel thick along `axis` and holds one frame. */
export function sliceLayout(shape: Shape5, axis: SliceAxis): SliceLayout {
  const { u, v } = sliceAxes[axis];
  const strides = stridesOf(shape);
  return {
    width: shape[u],
    height: shape[v],
    strideU: strides[u]!,
    strideV: strides[v]!,
    strideChannel: strides[1]!,
  };
}

export function createPicture(layout: SliceLayout): Picture {
  const { width, height } = layout;
  return { data: new Uint8ClampedArray(4 * width * height), width, height };
}

/** The picture as a tile, without a copy. */
export function toImageData(picture: Picture): ImageData {
  return new ImageData(picture.data, picture.width, picture.height);
}

const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** A pixel as it lies in the memory of a picture, for writing through a Uint32Array. */
export function packPixel([red, green, blue]: RgbColor, alpha: number): number {
  return isLittleEndian
    ? ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0
    : ((red << 24) | (green << 16) | (blue << 8) | alpha) >>> 0;
}
