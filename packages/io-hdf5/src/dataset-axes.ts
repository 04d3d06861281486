import { checkAxes, coreAxes, describeLocation, guessAxes, type VoxelSize } from '@brushwood/core';
import { parseAxisTags, voxelSizeOf } from './axistags.ts';
import type { DatasetInfo } from './hdf5-file.ts';
import type { ReadableHdf5 } from './readable-hdf5.ts';

export interface DatasetAxes {
  /** Slowest first, as many as the dataset has. */
  readonly axes: string;
  readonly voxelSize?: VoxelSize;
}

/**
 * Axes of a dataset (spec §F): the caller's, else attribute `axistags`, else `axes` (Neuroglancer order, fastest
 * first), else HDF5's dimension labels, else the shape rule.
 * @throws 'axes-mismatch'
 */
export function readDatasetAxes(file: ReadableHdf5, info: DatasetInfo, override?: string): DatasetAxes {
  const who = `"${describeLocation({ ...file.location, innerPath: info.path })}"`;
  const tagsText = textAttribute(file, info.path, 'axistags');
  const tags = tagsText === undefined ? undefined : parseAxisTags(tagsText);
  const axes =
    override ?? tags?.axes ?? neuroglancerAxes(file, info) ?? labelledAxes(file, info) ?? guessAxes(info.shape);
  checkAxes(axes, info.shape, who);
  const voxelSize =
    voxelSizeOf(tags?.resolutions ?? {}, textAttribute(file, info.path, 'axis_units')) ?? elementSize(file, info.path);
  return { axes, voxelSize };
}

function textAttribute(file: ReadableHdf5, path: string, name: string): string | undefined {
  const value = file.attribute(path, name);
  return typeof value === 'string' ? value : undefined;
}

function neuroglancerAxes(file: ReadableHdf5, info: DatasetInfo): string | undefined {
  const value = file.attribute(info.path, 'axes');
  if (value === undefined || typeof value === 'number') return undefined;
  return validAxes([...(typeof value === 'string' ? value : value.map(String))].reverse(), info);
}

function labelledAxes(file: ReadableHdf5, info: DatasetInfo): string | undefined {
  return validAxes(file.dimensionLabels(info.path), info);
}

function validAxes(letters: readonly string[], info: DatasetInfo): string | undefined {
  const isValid = letters.length === info.shape.length && letters.every((letter) => letter.length === 1);
  const axes = letters.join('').toLowerCase();
  const isKnown = [...axes].every((axis) => coreAxes.includes(axis)) && new Set(axes).size === axes.length;
  return isValid && isKnown && axes.includes('x') && axes.includes('y') ? axes : undefined;
}

/** `element_size_um`, z y x in micrometers, as the HDF5 plugins of Fiji write it. */
function elementSize(file: ReadableHdf5, path: string): VoxelSize | undefined {
  const value = file.attribute(path, 'element_size_um');
  if (!Array.isArray(value) || value.length !== 3 || !value.every((size) => Number(size) > 0)) return undefined;
  const [z, y, x] = value.map(Number) as [number, number, number];
  return { unit: 'micrometer', z, y, x };
}
