import { guessAxes, type VoxelSize } from '@brushwood/core';
import type { TiffStructure } from './directory.ts';
import type { TiffPage } from './page.ts';

/** What a description says of the pages: the axes they are counted along, and in which order they lie. */
export interface PageOrder {
  /** Axes of the pages, slowest first, without those inside a page; sizes of 1 may be kept. */
  readonly axes: string;
  readonly sizes: readonly number[];
  /** Page of each place in `axes` order, slowest first; absent if they lie in that order. */
  readonly pages?: readonly number[];
  /** Letters of the axes inside a page, where the description names them as well. */
  readonly ownAxes?: string;
  readonly voxelSize?: VoxelSize;
  readonly channelNames?: readonly string[];
  readonly displayRange?: readonly [number, number];
}

/** What a description reader is told. */
export interface LayoutInput {
  readonly structure: TiffStructure;
  readonly description: string;
  readonly first: TiffPage;
  /** Pages that are no smaller copies of others. */
  readonly pages: readonly number[];
}

/** Axes inside a page: interleaved samples are the last axis, planar ones come before y. */
export function axesOfPage(page: TiffPage): { axes: string; shape: number[] } {
  if (page.samples === 1) return { axes: 'yx', shape: [page.height, page.width] };
  if (page.isPlanar) return { axes: 'cyx', shape: [page.samples, page.height, page.width] };
  return { axes: 'yxc', shape: [page.height, page.width, page.samples] };
}

/** Axes for sizes nobody named: the shape rule, with axes of size 1 left out where there are too many. */
export function guessFileAxes(shape: readonly number[]): { axes: string; shape: readonly number[] } {
  if (shape.length <= 5) return { axes: guessAxes(shape), shape };
  const kept = shape.filter((size, i) => size !== 1 || i >= shape.length - 2);
  return { axes: guessAxes(kept), shape: kept };
}
