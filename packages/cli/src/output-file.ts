import { BrushwoodError, findById, parseImagePath, type Catalog, type ImageLocation, type StorageFormat } from '@brushwood/core';
import { existsSync, statSync } from 'node:fs';
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
      throw new BrushwoodError('invalid-parameter', `Unknown placeholder {${name}} in "${pattern}". Known: ${Object.keys(values).map((key) => `{${key}}`).join(', ')}.`);
    }
    return name === 'nickname' ? value.replaceAll('*', '') : value;
  });
}

/** `out.h5/dataset` → file and dataset; paths become absolute. */
export function outputLocation(catalog: Catalog, path: string): ImageLocation {
  const location = parseImagePath(path, catalog.formats.filter((format) => format.supports.write));
  return { ...location, path: resolve(location.path) };
}

/** The format to write: named, or by the extension. @throws 'not-registered', 'unsupported-format' naming those there are */
export function outputFormat(catalog: Catalog, { id, path }: { id?: string; path: string }): StorageFormat {
  const writable = catalog.formats.filter((format) => format.supports.write && format.create);
  if (id !== undefined) return findById(writable, id, 'output format');
  const found = formatByExtension(writable, path);
  if (found) return found;
  throw new BrushwoodError(
    'unsupported-format',
    `"${path}" does not say which format to write. Use --format ${writable.map((format) => format.id).join('|')} or an extension like ${writable
      .map((format) => format.extensions[0])
      .join(', ')}.`,
    { path },
  );
}

/** The writable format whose extension a path has. */
export function formatByExtension(formats: readonly StorageFormat[], path: string): StorageFormat | undefined {
  const name = basename(path).toLowerCase();
  return formats.find((format) => format.supports.write && format.extensions.some((extension) => name.endsWith(extension)));
}

/** `IMAGE_Probabilities` → `IMAGE_Probabilities.tif` unless the extension is there. */
export function withExtension(path: string, format: StorageFormat): string {
  const name = basename(path).toLowerCase();
  return format.extensions.some((extension) => name.endsWith(extension)) ? path : join(dirname(path), basename(path) + format.extensions[0]!);
}
