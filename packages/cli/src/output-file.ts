import {
  BrushwoodError,
  messageOf,
  parseImagePath,
  writableFormats,
  type Catalog,
  type ImageLocation,
  type StorageFormat,
} from '@brushwood/core';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** What `-o` patterns may refer to (spec §D.3). */
export interface PatternValues {
  readonly dataset_dir: string;
  readonly project_dir: string;
  readonly nickname: string;
  readonly result_type: string;
}

/** The pattern a run uses when the user names none. */
export const defaultPattern = '{dataset_dir}/{nickname}_{result_type}';

/**
 * Fills `{nickname}` and its likes. An existing folder, or a pattern that ends in `/`, gets `{nickname}_{result_type}`.
 * @throws 'invalid-parameter' for an unknown placeholder
 */
export function fillPattern(pattern: string, values: PatternValues): string {
  const isFolder = pattern.endsWith('/') || (existsSync(pattern) && statSync(pattern).isDirectory());
  const whole = isFolder ? join(pattern, '{nickname}_{result_type}') : pattern;
  return whole.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = (values as unknown as Record<string, string>)[name];
    if (value === undefined) {
      throw new BrushwoodError(
        'invalid-parameter',
        `Unknown placeholder {${name}} in "${pattern}". Known: ${Object.keys(values)
          .map((key) => `{${key}}`)
          .join(', ')}.`,
      );
    }
    return name === 'nickname' ? value.replaceAll('*', '') : value;
  });
}

/** `out.h5/dataset` → file and dataset; paths become absolute. */
export function outputLocation(catalog: Catalog, path: string): ImageLocation {
  const location = parseImagePath(path, writableFormats(catalog.formats));
  return { ...location, path: resolve(location.path) };
}

/** `IMAGE_Probabilities` → `IMAGE_Probabilities.tif` unless the extension is there. */
export function withExtension(path: string, format: StorageFormat): string {
  const name = basename(path).toLowerCase();
  return format.extensions.some((extension) => name.endsWith(extension))
    ? path
    : join(dirname(path), basename(path) + format.extensions[0]!);
}

/** Makes the folder a file is to be written to. @throws 'write-failed' where it can't be made */
export function makeFolderOf(path: string): void {
  const folder = dirname(path);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new BrushwoodError(
      'write-failed',
      `"${path}" cannot be written: the folder "${folder}" cannot be made (${messageOf(error)}). Name another place with -o.`,
      { path },
      { cause: error },
    );
  }
}
