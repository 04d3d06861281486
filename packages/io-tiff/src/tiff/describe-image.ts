import { dtypeRange, elementCount, type ImageSpec } from '@brushwood/core';
import { omeDescription } from './ome-description.ts';
import { imageJUnit, inSeconds } from './units.ts';

/** Whose description a file carries: ImageJ's, OME-XML, or the shape and the axes as JSON, which tifffile reads. */
export type TiffFlavour = 'imagej' | 'ome' | 'shaped';

/** How the axes of a new file are laid out: pages, and what lies inside a page. */
export interface FileLayout {
  /** Axes and sizes as the file states them, slowest first. */
  readonly axes: string;
  readonly shape: readonly number[];
  /** How many of the axes count pages. */
  readonly pageAxes: number;
  readonly rows: number;
  readonly columns: number;
  /** Interleaved samples of a pixel. */
  readonly samples: number;
  readonly isRgb: boolean;
  readonly flavour: TiffFlavour;
}

/**
 * The last two axes are those of a page; a channel axis behind them is interleaved. The flavour is ImageJ's where ImageJ can
 * hold the image, else `shaped`.
 * @param axes   axes of the file, slowest first
 * @param shape  sizes in the same order
 */
export function fileLayout(spec: ImageSpec, axes: string, shape: readonly number[]): FileLayout {
  const isInterleaved = axes.endsWith('c');
  const pageAxes = axes.length - (isInterleaved ? 3 : 2);
  const samples = isInterleaved ? shape.at(-1)! : 1;
  const layout = {
    axes,
    shape,
    pageAxes,
    rows: shape[pageAxes]!,
    columns: shape[pageAxes + 1]!,
    samples,
    isRgb: samples === 3 && spec.content === 'intensity' && (spec.dtype === 'uint8' || spec.dtype === 'uint16'),
  };
  return { ...layout, flavour: isForImageJ(spec, layout) ? 'imagej' : 'shaped' };
}

/** The ImageDescription. */
export function describeImage(spec: ImageSpec, layout: FileLayout, name = 'image'): string {
  if (layout.flavour === 'ome') return omeDescription(spec, name);
  return layout.flavour === 'imagej' ? imageJDescription(spec, layout) : shapedDescription(spec, layout);
}

/**
 * True if ImageJ opens the file as a hyperstack with these axes: uint8, uint16 or float32; pages in the order t, z, c; one sample
 * per pixel, or 8-bit RGB.
 */
export function isForImageJ(spec: ImageSpec, layout: Omit<FileLayout, 'flavour'>): boolean {
  if (!['uint8', 'uint16', 'float32'].includes(spec.dtype)) return false;
  const pageAxes = layout.axes
    .slice(0, layout.pageAxes)
    .split('')
    .filter((_, i) => layout.shape[i]! > 1)
    .join('');
  const own = layout.axes.slice(layout.pageAxes, layout.pageAxes + 2);
  const isRgb8 = layout.isRgb && spec.dtype === 'uint8';
  return (
    own === 'yx' && (layout.samples === 1 || isRgb8) && ['', 't', 'z', 'c', 'tz', 'tc', 'zc', 'tzc'].includes(pageAxes)
  );
}

function imageJDescription(spec: ImageSpec, layout: FileLayout): string {
  const [frames, allChannels, slices] = spec.shape;
  const channels = layout.samples > 1 ? 1 : allChannels;
  const isHyperstack = [frames, channels, slices].filter((size) => size > 1).length > 1 || channels > 1;
  const { voxelSize } = spec;
  const range = shownRange(spec);
  const interval = voxelSize?.t === undefined ? undefined : inSeconds(voxelSize.t, voxelSize.timeUnit);
  const lines = [
    'ImageJ=1.11a',
    `images=${elementCount(layout.shape.slice(0, layout.pageAxes))}`,
    channels > 1 && `channels=${channels}`,
    slices > 1 && `slices=${slices}`,
    frames > 1 && `frames=${frames}`,
    isHyperstack && 'hyperstack=true',
    channels > 1 && `mode=${spec.colors ? 'composite' : 'grayscale'}`,
    voxelSize && `unit=${imageJUnit(voxelSize.unit)}`,
    voxelSize?.z !== undefined && `spacing=${voxelSize.z}`,
    interval !== undefined && `finterval=${interval}`,
    'loop=false',
    range && `min=${range[0]}`,
    range && `max=${range[1]}`,
  ];
  return `${lines.filter((line) => typeof line === 'string').join('\n')}\n`;
}

/**
 * Coloured labels are shown so that a value is its place in the colour table, whatever is asked for; else as asked for, and
 * probabilities from 0 to 1 or over the full range.
 */
function shownRange(spec: ImageSpec): readonly [number, number] | undefined {
  if (spec.content === 'labels' && spec.colors && spec.dtype === 'uint8') return [0, 255];
  if (spec.displayRange) return spec.displayRange;
  return spec.content === 'probabilities' ? dtypeRange(spec.dtype) : undefined;
}

function shapedDescription(spec: ImageSpec, layout: FileLayout): string {
  const { voxelSize } = spec;
  const interval = voxelSize?.t === undefined ? undefined : inSeconds(voxelSize.t, voxelSize.timeUnit);
  return JSON.stringify({
    shape: layout.shape,
    axes: layout.axes.toUpperCase(),
    ...(voxelSize ? { unit: imageJUnit(voxelSize.unit) } : {}),
    ...(voxelSize?.z === undefined ? {} : { spacing: voxelSize.z }),
    ...(interval === undefined ? {} : { finterval: interval }),
  });
}

/**
 * Smallest and largest value to show, for each channel: without them ImageJ stretches every channel of a composite to the values
 * of its first plane.
 * @returns two numbers per channel; empty for images of one channel, whose range is in the description
 */
export function channelRanges(spec: ImageSpec, layout: FileLayout): readonly number[] {
  const range = shownRange(spec);
  const channels = layout.samples > 1 ? 1 : spec.shape[1];
  if (!range || channels < 2 || layout.flavour !== 'imagej') return [];
  return Array.from({ length: channels }, () => range).flat();
}

/**
 * ImageJ's private colour tables: one of 256 RGB values for the whole image (labels), or one ramp per channel.
 * @returns planar tables of 768 bytes each (256 red, 256 green, 256 blue); empty without colours
 */
export function colorTables(spec: ImageSpec, layout: FileLayout): Uint8Array[] {
  const { colors } = spec;
  if (!colors?.length || layout.samples > 1 || layout.flavour !== 'imagej') return [];
  if (spec.content === 'labels') {
    if (spec.dtype !== 'uint8') return [];
    const table = new Uint8Array(768);
    colors.slice(0, 255).forEach((color, i) => color.forEach((value, part) => (table[part * 256 + i + 1] = value)));
    return [table];
  }
  const channels = spec.shape[1];
  if (colors.length < channels) return [];
  return colors.slice(0, channels).map((color) => {
    const table = new Uint8Array(768);
    for (let i = 0; i < 256; i++)
      color.forEach((value, part) => (table[part * 256 + i] = Math.round((value * i) / 255)));
    return table;
  });
}
