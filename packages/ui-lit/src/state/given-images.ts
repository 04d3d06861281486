import { naturalOrder, stackName, type ImageLocation } from '@brushwood/core';
import type { NewImage } from './add-images.ts';

/** Is this file a project, by its name? */
export function isProjectFile({ name }: File): boolean {
  return /\.ilp$/i.test(name);
}

/** A file that was given to the page, as an image. */
export function fileImage(file: File): NewImage {
  return { name: file.name, path: file.name, blob: file };
}

/** A folder that was given to the page, such as an OME-Zarr. @param files by their path within it */
export function folderImage(name: string, files: ReadonlyMap<string, File>): NewImage {
  return { name, path: name, location: { path: name, files } };
}

/** Files as the slices of one image, in the natural order of their names. */
export function stackImage(files: readonly File[], axis: 'z' | 't' | 'c'): NewImage {
  const sorted = [...files].sort((a, b) => naturalOrder(a.name, b.name));
  const paths = sorted.map((file) => file.name);
  const name = stackName(paths);
  const tree = new Map(sorted.map((file) => [file.name, file]));
  const location: ImageLocation = { path: name, files: tree, stack: { paths, axis } };
  return { name, path: name, location };
}
