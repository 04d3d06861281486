import { BrushwoodError, type VoxelSize } from '@brushwood/core';
import { asObject, type Json } from './zarr-node.ts';

/** One image of several resolutions, as OME-Zarr describes it. Lists are in the file's order of axes. */
export interface Multiscale {
  /** Undefined if they are not t, c, z, y, x in any spelling. */
  readonly axes?: string;
  /** Unit of each axis, where it has one. */
  readonly units: readonly (string | undefined)[];
  readonly levels: readonly MultiscaleLevel[];
}

export interface MultiscaleLevel {
  /** Relative to the group. */
  readonly path: string;
  /** Size of a voxel along each axis, in its unit. */
  readonly scale?: readonly number[];
  /** Where the centre of the first voxel lies along each axis, in its unit; 0 where it is left out. */
  readonly translation?: readonly number[];
}

/**
 * The first multiscale image of a group, OME-Zarr 0.1 to 0.5. In 0.5 it lies below `ome`; up to 0.3 axes are letters, and
 * always tczyx where they are missing.
 * @returns undefined if the group has none
 * @throws {BrushwoodError} 'broken-file' if it lists no datasets
 */
export function multiscaleOf(attributes: Json, who: string): Multiscale | undefined {
  const list = omeOf(attributes).multiscales;
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const multiscale = asObject(list[0]) ?? {};
  const datasets = objects(multiscale.datasets);
  if (datasets.length === 0 || datasets.some(({ path }) => typeof path !== 'string')) {
    throw new BrushwoodError('broken-file', `${who}: its multiscales metadata lists no datasets with a path.`);
  }
  const axes = Array.isArray(multiscale.axes) ? (multiscale.axes as unknown[]) : [...'tczyx'];
  return {
    axes: axisLetters(axes),
    units: axes.map((axis) => unitName(asObject(axis)?.unit)),
    levels: datasets.map((dataset) => levelOf(dataset, multiscale)),
  };
}

/** First a level's own transformations are applied, then those of the whole. */
function levelOf(dataset: Json, whole: Json): MultiscaleLevel {
  const common = scaleOf(whole);
  const scale = multiply(scaleOf(dataset), common);
  const [own, last] = [translationOf(dataset), translationOf(whole)];
  const translation = add(own && multiply(own, common), last);
  return { path: dataset.path as string, scale, ...(translation ? { translation } : {}) };
}

function omeOf(attributes: Json): Json {
  return asObject(attributes.ome) ?? attributes;
}

function axisLetters(axes: readonly unknown[]): string | undefined {
  const letters = axes.map((axis) => {
    const { name, type } = asObject(axis) ?? { name: axis };
    const letter = typeof name === 'string' ? name.toLowerCase() : '';
    if (/^[tczyx]$/.test(letter)) return letter;
    return type === 'channel' ? 'c' : type === 'time' ? 't' : '?';
  });
  return letters.includes('?') ? undefined : letters.join('');
}

function scaleOf(holder: Json): readonly number[] | undefined {
  const scale = objects(holder.coordinateTransformations).find(({ type }) => type === 'scale')?.scale;
  const isValid = Array.isArray(scale) && scale.every((size) => Number.isFinite(size) && (size as number) > 0);
  return isValid ? (scale as number[]) : undefined;
}

function translationOf(holder: Json): readonly number[] | undefined {
  const found = objects(holder.coordinateTransformations).find(({ type }) => type === 'translation')?.translation;
  const isValid = Array.isArray(found) && found.every((shift) => Number.isFinite(shift));
  return isValid ? (found as number[]) : undefined;
}

function add(a: readonly number[] | undefined, b: readonly number[] | undefined) {
  return a && b ? a.map((value, i) => value + (b[i] ?? 0)) : (a ?? b);
}

function multiply(a: readonly number[] | undefined, b: readonly number[] | undefined) {
  return a && b ? a.map((size, i) => size * (b[i] ?? 1)) : (a ?? b);
}

/** Metres of the units of length that microscopes use. */
const metres: Readonly<Record<string, number>> = {
  angstrom: 1e-10,
  nanometer: 1e-9,
  micrometer: 1e-6,
  millimeter: 1e-3,
  centimeter: 1e-2,
  meter: 1,
};
const unitSpellings: Readonly<Record<string, string>> = {
  Å: 'angstrom',
  nm: 'nanometer',
  um: 'micrometer',
  µm: 'micrometer',
  μm: 'micrometer',
  micron: 'micrometer',
  mm: 'millimeter',
  cm: 'centimeter',
  m: 'meter',
  s: 'second',
  ms: 'millisecond',
  min: 'minute',
};

function unitName(unit: unknown): string | undefined {
  if (typeof unit !== 'string' || unit === '') return undefined;
  return Object.hasOwn(unitSpellings, unit) ? unitSpellings[unit] : unit.replace(/metre$/, 'meter');
}

/**
 * Size of a voxel of a level, and where the first one lies; axes in other units of length than x are converted. Undefined if the
 * file does not say.
 */
export function voxelSizeOf(multiscale: Multiscale, level: MultiscaleLevel, axes: string): VoxelSize | undefined {
  const { scale, translation } = level;
  if (!scale || scale.length !== axes.length) return undefined;
  const unitOf = (axis: string) => multiscale.units[axes.indexOf(axis)];
  const unit = unitOf('x') ?? unitOf('y');
  const timeUnit = unitOf('t');
  const isMoved = translation?.some((shift) => shift !== 0) ?? false;
  const isSilent = unit === undefined && timeUnit === undefined && scale.every((size) => size === 1);
  if (isSilent && !isMoved) return undefined;
  const inUnit = (values: readonly number[], axis: string) => {
    const value = values[axes.indexOf(axis)];
    const own = unitOf(axis);
    if (value === undefined || own === unit || own === undefined || unit === undefined) return value;
    const factor = metres[own]! / metres[unit]!;
    return Number.isFinite(factor) ? value * factor : undefined;
  };
  const ofSpace = (values: readonly number[]) =>
    defined({ x: inUnit(values, 'x'), y: inUnit(values, 'y'), z: inUnit(values, 'z') });
  const t = scale[axes.indexOf('t')];
  return {
    unit: unit ?? 'pixel',
    ...ofSpace(scale),
    ...(timeUnit !== undefined && t !== undefined ? { t, timeUnit } : {}),
    ...(isMoved ? { origin: { ...ofSpace(translation!), ...defined({ t: translation![axes.indexOf('t')] }) } } : {}),
  };
}

function defined<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Names of the channels, and the range to show, from the `omero` block. */
export function displayOf(attributes: Json): { channelNames?: string[]; displayRange?: [number, number] } {
  const channels = objects(asObject(omeOf(attributes).omero)?.channels);
  if (channels.length === 0) return {};
  const names = channels.map(({ label }, i) => (typeof label === 'string' ? label : `Channel ${i + 1}`));
  const windows = channels.map(({ window }) => asObject(window)).filter((window) => window !== undefined);
  const low = Math.min(...windows.map(({ start }) => Number(start)));
  const high = Math.max(...windows.map(({ end }) => Number(end)));
  const hasRange = windows.length > 0 && Number.isFinite(low) && low < high;
  return { channelNames: names, ...(hasRange ? { displayRange: [low, high] } : {}) };
}

/** The range to show that ilastik notes on an array. */
export function displayRangeOfArray({ drange }: Json): [number, number] | undefined {
  const isRange = Array.isArray(drange) && drange.length === 2 && Number(drange[0]) < Number(drange[1]);
  return isRange ? [Number(drange[0]), Number(drange[1])] : undefined;
}

/** Axes that an array itself names: ilastik's `axistags`, or one letter per dimension. Undefined if it does not. */
export function axesOfArray(attributes: Json, dimensionNames: readonly unknown[] | undefined): string | undefined {
  const tags = typeof attributes.axistags === 'string' ? parseAxistags(attributes.axistags) : undefined;
  const names = tags ?? dimensionNames ?? attributes._ARRAY_DIMENSIONS;
  return Array.isArray(names) && names.length > 0 ? axisLetters(names) : undefined;
}

/** Old or foreign tags that are not JSON say nothing. */
function parseAxistags(text: string): unknown[] | undefined {
  try {
    return objects(asObject(JSON.parse(text))?.axes).map(({ key }) => key);
  } catch {
    return undefined;
  }
}

function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.map((item) => asObject(item) ?? {}) : [];
}
