import {
  BrushwoodError,
  defaultFileName,
  fillPattern,
  formatByExtension,
  isSequence,
  isSequenceFormat,
  messageOf,
  parseImagePath,
  slicePlace,
  writableFormats,
  type Catalog,
  type ImageLocation,
  type PatternValues,
  type StorageFormat,
} from '@brushwood/core';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The pattern a run uses when the user names none. */
export const defaultPattern = `{dataset_dir}/${defaultFileName}`;

/**
 * Fills a pattern of `-o` (see core's `fillPattern`). An existing folder, or a pattern that ends in `/`, gets `{nickname}_{result_type}`.
 * @param isImage  is an existing folder of this name an image (`volume.zarr`), and so no folder for images?
 * @throws 'invalid-parameter' for an unknown placeholder
 */
export function fillOutputPath(
  pattern: string,
  values: PatternValues,
  isImage: (path: string) => boolean = () => false,
): string {
  const isFolder = existsSync(pattern) && statSync(pattern).isDirectory() && !isImage(pattern);
  return fillPattern(isFolder ? join(pattern, defaultFileName) : pattern, values);
}

/**
 * A pattern that is stored in a project may name files beside the images or the project, or below it, nothing else.
 * @throws 'invalid-parameter' that says how to allow it
 */
export function checkStoredPattern(pattern: string): void {
  const rest = pattern.replace(/^\{(dataset|project)_dir\}/, '');
  const isBelow = rest !== pattern || !/^([/\\]|[a-z]:)/i.test(pattern);
  if (isBelow && !rest.split(/[/\\]/).includes('..')) return;
  throw new BrushwoodError(
    'invalid-parameter',
    `The project itself asks to write to "${pattern}", a place outside its folder. If that is meant, say so: -o '${pattern}'.`,
    { pattern },
  );
}

/** `out.h5/dataset` → file and dataset; paths become absolute. */
export function outputLocation(catalog: Catalog, path: string): ImageLocation {
  const location = parseImagePath(path, writableFormats(catalog.formats));
  return { ...location, path: resolve(location.path) };
}

/** Does a path end like a format that can be written? */
export function hasWritableEnding(catalog: Catalog, path: string): boolean {
  return formatByExtension(catalog.formats, path) !== undefined;
}

/** A path of many files needs a format of many files. @throws 'invalid-parameter' naming those there are */
export function checkSequence({ formats }: Catalog, path: string, format: StorageFormat): void {
  const many = formats.filter(isSequenceFormat);
  if (!isSequence(path) || many.includes(format)) return;
  throw new BrushwoodError(
    'invalid-parameter',
    `"${path}" names many files, but ${format.displayName} is one. Say --format ${many.map(({ id }) => id).join('|')}, or leave out ${slicePlace}.`,
    { path },
  );
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

/** A format cannot know what the command calls its leave to replace. */
export function namingForce(error: unknown): unknown {
  const isInTheWay = error instanceof BrushwoodError && ['already-exists', 'other-settings'].includes(error.code);
  if (!isInTheWay || error.message.includes('--force')) return error;
  const { code, message, details } = error;
  return new BrushwoodError(code, `${message} To begin anew: --force.`, details, { cause: error });
}
