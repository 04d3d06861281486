import {
  BrushwoodError,
  describeImage,
  nicknameFor,
  parseImagePath,
  type Catalog,
  type ChannelSelection,
  type ImageLocation,
  type ImageReference,
  type Lane,
} from '@brushwood/core';
import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Report } from './report.ts';

/** A path as typed → an absolute location, the dataset inside split off. @throws 'not-found' for a missing file */
export function imageLocation(catalog: Catalog, path: string): ImageLocation {
  if (/^https?:\/\//.test(path)) return parseImagePath(path, catalog.formats);
  const location = existsSync(path) ? { path } : parseImagePath(path.replaceAll('\\', '/'), catalog.formats);
  if (!existsSync(location.path)) {
    throw new BrushwoodError('not-found', `There is no file "${location.path}". Check the path.`, {
      path: location.path,
    });
  }
  checkFolder(catalog, location.path);
  checkNotEmpty(location.path);
  return { ...location, path: resolve(location.path) };
}

/** What a copy or download that broke off leaves. */
function checkNotEmpty(path: string): void {
  const facts = statSync(path);
  if (!facts.isFile() || facts.size > 0) return;
  throw new BrushwoodError('broken-file', `"${path}" is empty: the file has 0 bytes. Copy or export the image again.`, {
    path,
  });
}

/** Is this folder an image, or a container of images? Only for formats that are folders. */
export function isImageFolder(catalog: Catalog, path: string): boolean {
  const isFolderFormat = catalog.formats.some(
    (format) =>
      format.supports.innerPaths &&
      format.extensions.some((ending) => path.toLowerCase().replace(/\/$/, '').endsWith(ending)),
  );
  return isFolderFormat || ['.zarray', '.zgroup', 'zarr.json'].some((name) => existsSync(`${path}/${name}`));
}

function checkFolder(catalog: Catalog, path: string): void {
  if (!statSync(path).isDirectory()) return;
  if (!isImageFolder(catalog, path)) {
    throw new BrushwoodError(
      'unsupported-format',
      `"${path}" is a folder. Name the images in it, for example ${path.replace(/\/$/, '')}/*.tif.`,
      { path },
    );
  }
}

/** Is the image of a lane still where the project says? @throws 'not-found' saying how to tell where it lies now */
export function checkLaneFile(lane: Lane, index: number): void {
  const { location, nickname, storage } = lane.rawData;
  const path = location.stack?.paths[0] ?? location.path;
  if (storage === 'embedded' || /^https?:/.test(path) || existsSync(path)) return;
  throw new BrushwoodError(
    'not-found',
    `The image "${nickname}" of the project is no longer at "${path}". Say where it lies now: brushwood lanes PROJECT relink ${index} IMAGE.`,
    { path, lane: index },
  );
}

/** The shown name of an image on disk. */
export function nicknameOf({ path, innerPath }: ImageLocation): string {
  return nicknameFor(basename(path), innerPath);
}

export interface ReferenceOptions {
  readonly axes?: string;
  readonly channels?: ChannelSelection;
  readonly storage: ImageReference['storage'];
  readonly signal?: AbortSignal;
}

/** Describes an image for a project; tells the user about grey pictures stored as RGB. */
export async function referenceOf(
  catalog: Catalog,
  path: string,
  options: ReferenceOptions & { report: Report },
): Promise<ImageReference> {
  const location = imageLocation(catalog, path);
  const { report, ...rest } = options;
  const { reference, isGrayRgb } = await describeImage(catalog.formats, location, {
    ...rest,
    nickname: nicknameOf(location),
  });
  if (isGrayRgb) {
    report.note(
      `note: ${path} is a grey picture stored as RGB. With --channels gray it needs a third of the features and time.`,
    );
  }
  return reference;
}
