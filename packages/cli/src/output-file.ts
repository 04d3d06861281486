import {
  BrushwoodError,
  coreAxes,
  formatByExtension,
  messageOf,
  parseImagePath,
  wholeRoi,
  writableFormats,
  type Catalog,
  type ImageLocation,
  type Roi,
  type StorageFormat,
} from '@brushwood/core';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isSequence, slicePlace } from './batch/sequence-files.ts';

/** What `-o` patterns may refer to (spec §D.3). */
export interface PatternValues {
  readonly dataset_dir: string;
  readonly project_dir: string;
  readonly nickname: string;
  readonly result_type: string;
  /** The part of the image that is written: for `{x_start}`, `{x_stop}` and their likes, and `{roi}`. */
  readonly roi?: Roi;
}

/** The pattern a run uses when the user names none. */
export const defaultPattern = '{dataset_dir}/{nickname}_{result_type}';

/** Does a pattern refer to the size of the image, so that it has to be opened first? */
export function needsShape(pattern: string): boolean {
  return /\{(roi|[tczyx]_(start|stop))\}/.test(pattern);
}

/**
 * Fills `{nickname}` and its likes. An existing folder, or a pattern that ends in `/`, gets `{nickname}_{result_type}`.
 * Names of images stay names: what would be a folder in them becomes `_`.
 * @param isImage  is an existing folder of this name an image (`volume.zarr`), and so no folder for images?
 * @throws 'invalid-parameter' for an unknown placeholder
 */
export function fillPattern(
  pattern: string,
  values: PatternValues,
  isImage: (path: string) => boolean = () => false,
): string {
  const isFolder =
    pattern.endsWith('/') || (existsSync(pattern) && statSync(pattern).isDirectory() && !isImage(pattern));
  const whole = isFolder ? join(pattern, '{nickname}_{result_type}') : pattern;
  const known = placeholders(values);
  return whole.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = known[name];
    // Formats of many files put the number there.
    if (name === 'slice_index') return slicePlace;
    if (value === undefined) {
      const names = [...Object.keys(known), 'slice_index'].map((key) => `{${key}}`);
      throw new BrushwoodError(
        'invalid-parameter',
        `Unknown placeholder {${name}} in "${pattern}". Known: ${names.join(', ')}.`,
      );
    }
    return value;
  });
}

function placeholders({ roi = wholeRoi([1, 1, 1, 1, 1]), ...values }: PatternValues): Record<string, string> {
  const bounds = [...coreAxes].flatMap((axis, i) => [
    [`${axis}_start`, String(roi.start[i])],
    [`${axis}_stop`, String(roi.stop[i])],
  ]);
  return {
    dataset_dir: values.dataset_dir,
    project_dir: values.project_dir,
    nickname: fileNamePart(values.nickname),
    result_type: fileNamePart(values.result_type),
    roi: `[(${roi.start.join(', ')}), (${roi.stop.join(', ')})]`,
    ...Object.fromEntries(bounds),
  };
}

/** A nickname comes from a project file, which may come from anybody: it must not lead out of the folder. */
function fileNamePart(name: string): string {
  return name.replaceAll('*', '').replaceAll(/[/\\]/g, '_').replace(/^\.+/, '_');
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

/** `IMAGE_Probabilities` → `IMAGE_Probabilities.tif` unless the extension is there. */
export function withExtension(path: string, format: StorageFormat): string {
  const name = basename(path).toLowerCase();
  return format.extensions.some((extension) => name.endsWith(extension))
    ? path
    : join(dirname(path), basename(path) + format.extensions[0]!);
}

/** Does a path end like a format that can be written? */
export function hasWritableEnding(catalog: Catalog, path: string): boolean {
  return formatByExtension(catalog.formats, path) !== undefined;
}

/** A path of many files needs a format of many files. @throws 'invalid-parameter' naming those there are */
export function checkSequence({ formats }: Catalog, path: string, format: StorageFormat): void {
  const many = formats.filter(({ id }) => id.endsWith('-sequence'));
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
