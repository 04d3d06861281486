import { AxisOrder, type ImageSpec, dtypeRange, shape5 } from '@brushwood/core';
import type { Json } from '../zarr-node.ts';
import type { LevelLayout, ZarrLayout } from './layout.ts';

export interface OmeFacts {
  readonly spec: ImageSpec;
  readonly layout: ZarrLayout;
  /** Path from the labels to the image they belong to, if they lie in one. */
  readonly labelSource?: string;
}

/** The attributes of a group that make it an OME-Zarr image: 0.5 in Zarr v3, 0.4 in v2. Source: ngff.openmicroscopy.org. */
export function omeAttributes(facts: OmeFacts): Json {
  const { spec, layout } = facts;
  const isV3 = layout.version === 3;
  const own = isV3 ? {} : { version: '0.4' };
  const ome = {
    multiscales: [{ ...own, ...multiscale(facts) }],
    ...(spec.content === 'labels' ? { 'image-label': { ...own, ...imageLabel(facts) } } : {}),
    ...(spec.content === 'labels' ? {} : { omero: omero(spec) }),
  };
  return isV3 ? { ome: { version: '0.5', ...ome } } : ome;
}

/** Shown by viewers. Not the name of the file: the same image has the same bytes wherever it is written. */
const names = { intensity: 'image', probabilities: 'probabilities', labels: 'labels' } as const;

function multiscale({ spec, layout }: OmeFacts): Json {
  const isLabel = spec.content === 'labels';
  return {
    name: names[spec.content],
    axes: [...layout.axes].map((axis) => axisOf(axis, spec)),
    datasets: layout.levels.map((level) => ({
      path: level.path,
      coordinateTransformations: transformations(spec, layout, level),
    })),
    type: isLabel ? 'mode' : 'mean',
    metadata: { description: isLabel ? 'the most frequent label of each group of voxels' : 'the mean of each group' },
  };
}

const types: Readonly<Record<string, string>> = { t: 'time', c: 'channel' };

function axisOf(name: string, { voxelSize }: ImageSpec): Json {
  const unit = name === 't' ? voxelSize?.timeUnit : name === 'c' ? undefined : voxelSize?.unit;
  const isNamed = unit !== undefined && unit !== 'pixel';
  return { name, type: types[name] ?? 'space', ...(isNamed ? { unit } : {}) };
}

/** A voxel of a coarser level has its centre in the middle of those it is made of. */
function transformations(spec: ImageSpec, { axes }: ZarrLayout, { downsampling }: LevelLayout): Json[] {
  const { voxelSize } = spec;
  const sizes = [voxelSize?.t, 1, voxelSize?.z, voxelSize?.y, voxelSize?.x];
  const origin = voxelSize?.origin;
  const starts = [origin?.t, 0, origin?.z, origin?.y, origin?.x];
  const size = shape5((axis) => (isPositive(sizes[axis]) ? sizes[axis]! : 1));
  const scale = shape5((axis) => size[axis] * downsampling[axis]);
  const translation = shape5((axis) => finiteOr0(starts[axis]) + ((downsampling[axis] - 1) / 2) * size[axis]);
  const inFile = new AxisOrder(axes);
  return [
    { type: 'scale', scale: inFile.toFileShape(scale) },
    ...(translation.some((shift) => shift !== 0)
      ? [{ type: 'translation', translation: inFile.toFileShape(translation) }]
      : []),
  ];
}

/** Files of others hold sizes of 0 and worse; JSON has no NaN. */
function isPositive(size: number | undefined): boolean {
  return Number.isFinite(size) && size! > 0;
}

function finiteOr0(start: number | undefined): number {
  return Number.isFinite(start) ? start! : 0;
}

const channelColors = ['FFFFFF'] as const;
/** For images of several channels without colours of their own: told apart by everybody. */
const severalChannelColors = ['FF0000', '00FF00', '0000FF', 'FFFF00', 'FF00FF', '00FFFF', 'FFFFFF'] as const;

function omero(spec: ImageSpec): Json {
  const { shape, dtype, displayRange, channelNames, colors } = spec;
  const [min, max] = dtypeRange(dtype);
  const [start, end] = displayRange ?? [min, max];
  const palette = shape[1] === 1 ? channelColors : severalChannelColors;
  const channels = Array.from({ length: shape[1] }, (_, i) => ({
    label: channelNames?.[i] ?? `Channel ${i + 1}`,
    color: hexOf(colors?.[i]) ?? palette[i % palette.length]!,
    window: { min: Math.min(min, start), max: Math.max(max, end), start, end },
    active: true,
  }));
  return { channels, rdefs: { model: 'color' } };
}

function hexOf(color: readonly number[] | undefined): string | undefined {
  return color?.map((value) => value.toString(16).padStart(2, '0').toUpperCase()).join('');
}

/** Colours and names of the values from 1; 0 is background and has neither. */
function imageLabel({ spec, labelSource }: OmeFacts): Json {
  const { colors = [], classNames = [] } = spec;
  return {
    ...(colors.length > 0 ? { colors: colors.map((rgb, i) => ({ 'label-value': i + 1, rgba: [...rgb, 255] })) } : {}),
    ...(classNames.length > 0 ? { properties: classNames.map((name, i) => ({ 'label-value': i + 1, name })) } : {}),
    ...(labelSource === undefined ? {} : { source: { image: labelSource } }),
  };
}
