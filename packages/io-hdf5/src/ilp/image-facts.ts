import type { Dtype } from '@brushwood/core';
import { parseAxisTags } from '../axistags.ts';
import { readDatasetAxes } from '../dataset-axes.ts';
import type { ReadableHdf5 } from '../readable-hdf5.ts';
import type { ProjectReader } from './project-reader.ts';

/** What is known of an image: some of it from the project, some from the image itself. */
export interface ImageFacts {
  readonly axes: string;
  readonly shape: readonly number[] | undefined;
  readonly dtype: Dtype | undefined;
}

/** `axistags`, else the legacy `axisorder`. */
export function storedAxes(reader: ProjectReader, group: string): string | undefined {
  const tags = reader.text(`${group}/axistags`);
  const parsed = tags === undefined ? undefined : parseAxisTags(tags);
  const legacy = reader.text(`${group}/axisorder`);
  return parsed?.axes ?? (legacy && /^[tczyx]+$/.test(legacy) ? legacy : undefined);
}

/** What an HDF5 file itself says of an image. */
export function datasetFacts(
  file: ReadableHdf5,
  path: string,
  axes: string | undefined,
): ImageFacts & { shape: readonly number[] } {
  const info = file.dataset(path);
  const fits = axes?.length === info.shape.length;
  return {
    axes: readDatasetAxes(file, info, fits ? axes : undefined).axes,
    shape: info.shape,
    dtype: info.dtype,
  };
}
