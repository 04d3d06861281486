import type { StorageFormat } from '../contracts/storage-format.ts';
import { BrushwoodError } from '../errors.ts';
import { coreAxes } from '../grid/axes.ts';
import { wholeRoi, type Roi } from '../grid/roi.ts';

/** What patterns of file names may refer to (spec §D.3). */
export interface PatternValues {
  readonly dataset_dir: string;
  readonly project_dir: string;
  readonly nickname: string;
  readonly result_type: string;
  /** The part of the image that is written: for `{x_start}`, `{x_stop}` and their likes, and `{roi}`. */
  readonly roi?: Roi;
}

/** The name of a result beside nothing else of its image. */
export const defaultFileName = '{nickname}_{result_type}';

/** In the name of an output that is a sequence of files: the place of their number. */
export const slicePlace = '{slice_index}';

/** Is this the path of many files? */
export function isSequence(path: string): boolean {
  return fileNameOf(path).includes(slicePlace);
}

/** Does a format write many files, each a part of the image? */
export function isSequenceFormat({ id }: Pick<StorageFormat, 'id'>): boolean {
  return id.endsWith('-sequence');
}

/** Does a pattern refer to the size of the image, so that it has to be opened first? */
export function needsShape(pattern: string): boolean {
  return /\{(roi|[tczyx]_(start|stop))\}/.test(pattern);
}

/** The placeholders there are, without braces. */
export const placeholderNames: readonly string[] = [
  'nickname',
  'result_type',
  'dataset_dir',
  'project_dir',
  'roi',
  ...[...coreAxes].flatMap((axis) => [`${axis}_start`, `${axis}_stop`]),
  'slice_index',
];

/**
 * Fills `{nickname}` and its likes. Names of images stay names: what would be a folder in them becomes `_`. A pattern that ends in `/` is that
 * of a folder, in which results have their usual names.
 * @throws 'invalid-parameter' for an unknown placeholder
 */
export function fillPattern(pattern: string, values: PatternValues): string {
  const known = placeholders(values);
  const ofFile = pattern.endsWith('/') ? pattern + defaultFileName : pattern;
  return ofFile.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    // Formats of many files put the number there.
    if (name === 'slice_index') return slicePlace;
    const value = Object.hasOwn(known, name) ? known[name] : undefined;
    if (value !== undefined) return value;
    throw new BrushwoodError(
      'invalid-parameter',
      `Unknown placeholder {${name}} in "${pattern}". Known: ${placeholderNames.map((key) => `{${key}}`).join(', ')}.`,
      { name },
    );
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

/** The path under which a format writes: with its ending, and with a place for the number of each file of a sequence. */
export function outputName(path: string, format: Pick<StorageFormat, 'id' | 'extensions'>): string {
  if (!isSequenceFormat(format) || isSequence(path)) return withExtension(path, format);
  const name = fileNameOf(path).toLowerCase();
  const ending = format.extensions.find((extension) => name.endsWith(extension)) ?? '';
  return withExtension(
    `${path.slice(0, path.length - ending.length)}_${slicePlace}${path.slice(path.length - ending.length)}`,
    format,
  );
}

/** `IMAGE_Probabilities` → `IMAGE_Probabilities.tif` unless the extension is there. */
export function withExtension(path: string, format: Pick<StorageFormat, 'extensions'>): string {
  const name = fileNameOf(path).toLowerCase();
  return format.extensions.some((extension) => name.endsWith(extension)) ? path : path + format.extensions[0]!;
}

/** A path without its folders. */
export function fileNameOf(path: string): string {
  return /[^/\\]*$/.exec(path)?.[0] ?? path;
}
