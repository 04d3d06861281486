import type { ImageLocation, TypedArray } from '@brushwood/core';
import type { AttributeValue, DatasetInfo, NodeKind } from './hdf5-file.ts';

/** What reading a project asks of an HDF5 file, whichever library reads it. Paths need no leading slash. */
export interface ReadableHdf5 {
  readonly location: ImageLocation;
  /** What lies at a path, or undefined. Links inside the file are followed. */
  kind(path: string): NodeKind | undefined;
  has(path: string): boolean;
  /** Names in a group, in the file's order; empty if there is no such group. */
  children(path: string): string[];
  dataset(path: string): DatasetInfo;
  /** All values of a dataset of numbers. */
  readNumbers(path: string): TypedArray;
  /** The strings of a dataset, one for a scalar. */
  readTexts(path: string): string[];
  attributeNames(path: string): string[];
  /** An attribute, or undefined if there is none or it is neither numbers nor text. */
  attribute(path: string, name: string): AttributeValue | undefined;
  /** Names of the dimensions as HDF5 itself keeps them; empty strings where there is none. */
  dimensionLabels(path: string): string[];
  /** Frees what reading holds. Twice is allowed. */
  close(): Promise<void>;
}
