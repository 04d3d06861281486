import type { StorageFormat } from '../contracts/storage-format.ts';
import { BrushwoodError } from '../errors.ts';
import { findById } from '../find-by-id.ts';

/** The formats that can be written. */
export function writableFormats(formats: readonly StorageFormat[]): readonly StorageFormat[] {
  return formats.filter((format) => format.supports.write && format.create);
}

/** The writable format whose extension a path has. */
export function formatByExtension(formats: readonly StorageFormat[], path: string): StorageFormat | undefined {
  const name = path.toLowerCase();
  return writableFormats(formats).find((format) => format.extensions.some((extension) => name.endsWith(extension)));
}

/** The format to write: named, or by the extension. @throws 'not-registered', 'unsupported-format' naming those there are */
export function outputFormat(
  formats: readonly StorageFormat[],
  { id, path }: { id?: string; path: string },
): StorageFormat {
  const writable = writableFormats(formats);
  if (id !== undefined) return findById(writable, id, 'output format');
  const found = formatByExtension(formats, path);
  if (found) return found;
  throw new BrushwoodError(
    'unsupported-format',
    `"${path}" does not say which format to write. Use --format ${writable.map((format) => format.id).join('|')} or an extension like ` +
      `${[...new Set(writable.map((format) => format.extensions[0]))].join(', ')}.`,
    { path },
  );
}
