import { naturalOrder, nicknameFor, type Catalog, type Project } from '@brushwood/core';
import type { ServerHome } from '../../storage/server-home.ts';
import type { ExportImage } from '../exports/export-plan.ts';
import { fitsFilter } from './name-filter.ts';

/** A file that was given to the page, alone or in a folder. */
export interface GivenFile {
  /** With the folders it lies in, below what was given. */
  readonly path: string;
  readonly file: File;
}

export interface BatchImageOptions {
  readonly catalog: Catalog;
  /** Its first image says which channels are used. */
  readonly project: Project;
  /** As `fitsFilter` takes it. */
  readonly filter?: string;
}

/**
 * The images among files: of folders those that end like an image, files that were chosen one by one all. An OME-Zarr folder is one image.
 */
export function imagesOfFiles(
  files: readonly GivenFile[],
  { catalog, project, filter = '' }: BatchImageOptions,
): readonly ExportImage[] {
  const single: GivenFile[] = [];
  const trees = new Map<string, Map<string, File>>();
  for (const given of files) {
    const [, root, rest] = /^((?:.*?\/)?[^/]+\.zarr)\/(.+)$/i.exec(given.path) ?? [];
    if (root === undefined) single.push(given);
    else trees.set(root, (trees.get(root) ?? new Map<string, File>()).set(rest!, given.file));
  }
  const locations = [
    ...single.map(({ path, file }) => ({ path, blob: file })),
    ...[...trees].map(([path, tree]) => ({ path, files: tree })),
  ];
  const isImage = (path: string) => !path.includes('/') || isReadable(catalog, path);
  const chosen = locations.filter(({ path }) => isImage(path) && fitsFilter(nameOf(path), filter));
  const channels = project.lanes[0]?.rawData.channels;
  return chosen
    .toSorted((a, b) => naturalOrder(a.path, b.path))
    .map((location) => ({ nickname: nicknameFor(nameOf(location.path)), image: { location, channels } }));
}

/** Images in the folders of a server. @param paths as the server lists them */
export function imagesOfServer(
  paths: readonly string[],
  { home, project }: { home: ServerHome; project: Project },
): readonly ExportImage[] {
  const channels = project.lanes[0]?.rawData.channels;
  return paths.map((path) => {
    const [, file = path, inner] = /^(.*?\.(?:h5|hdf5|hdf|zarr))\/(.+)$/i.exec(path) ?? [];
    return { nickname: nicknameFor(nameOf(file), inner), image: { location: home.fileLocation(path), channels } };
  });
}

function isReadable({ formats }: Catalog, path: string): boolean {
  const name = path.toLowerCase();
  return formats.some(
    ({ supports, extensions }) => supports.read && extensions.some((ending) => name.endsWith(ending)),
  );
}

function nameOf(path: string): string {
  return path.split('/').at(-1)!;
}
