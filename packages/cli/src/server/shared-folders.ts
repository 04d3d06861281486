import { BrushwoodError, detectFormat, naturalOrder, type Catalog } from '@brushwood/core';
import { realpathSync } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { isImageFolder } from '../image-file.ts';

/** Something a page may open or add. */
export interface FileEntry {
  readonly name: string;
  /** Names it to the server: the number of a folder it was started in, then names below. */
  readonly path: string;
  readonly kind: 'folder' | 'image' | 'dataset';
  /** Of a dataset, in the file's order. */
  readonly shape?: readonly number[];
  readonly dtype?: string;
}

/** A place a page named, found. */
export interface FoundFile {
  readonly path: string;
  readonly innerPath?: string;
}

/**
 * The folders in which a page may look for further images: those of what the server was started for. Nothing outside of them can be
 * named, listed or reached by a link, and nothing hidden.
 */
export class SharedFolders {
  private readonly roots: readonly string[];
  private readonly catalog: Catalog;

  /** @param folders that exist */
  constructor(catalog: Catalog, folders: readonly string[]) {
    this.catalog = catalog;
    this.roots = [...new Set(folders.map((folder) => realpathSync(folder)))];
  }

  /** What lies in a folder, or which datasets a file holds; without a path the folders themselves. */
  async list(path: string): Promise<FileEntry[]> {
    if (path === '') {
      return this.roots.map((root, i) => ({ name: basename(root) || root, path: String(i), kind: 'folder' }));
    }
    const { path: place } = await this.find(path);
    const isFolder = (await stat(place)).isDirectory() && !isImageFolder(this.catalog, place);
    return isFolder ? this.listFolder(place, path) : this.listDatasets(place, path);
  }

  /**
   * @param path as `list` gave it; behind the name of a file that holds several images comes that of one
   * @throws 'not-found' for what is not there or not to be seen
   */
  async find(path: string): Promise<FoundFile> {
    const [number = '', ...names] = path.split('/');
    const root = /^\d{1,4}$/.test(number) ? this.roots[Number(number)] : undefined;
    if (root === undefined || !names.every((name) => /^[^.\\\0][^\\\0]*$/.test(name))) throw notShared(path);
    let place = root;
    for (const [i, name] of names.entries()) {
      if (place !== root && isContainer(this.catalog, place)) {
        const innerPath = names.slice(i).join('/');
        // Within a file the format knows its own names, and checks them. A container that is a folder may hold links.
        const linked = await realpath(join(place, innerPath)).catch(() => undefined);
        if (linked !== undefined && !isBelow(root, linked)) throw notShared(path);
        return { path: place, innerPath };
      }
      const next = await realpath(join(place, name)).catch(() => undefined);
      if (next === undefined || !isBelow(root, next)) throw notShared(path);
      place = next;
    }
    return { path: place };
  }

  /**
   * May a file be written there, which may not be there yet? A name within a container counts as well: a container that is a folder may
   * hold links.
   * @param file with an absolute path
   * @throws 'invalid-parameter' for a place outside of the folders, also behind a link, and for a hidden one
   */
  async checkOutput(file: FoundFile): Promise<void> {
    const path = join(file.path, file.innerPath ?? '');
    const place = await realPlaceOf(path);
    const root = place === undefined ? undefined : this.roots.find((folder) => isBelow(folder, place));
    const names = root === undefined ? [] : relative(root, place!).split(sep);
    if (root !== undefined && names.every((name) => name !== '' && !/^\.|\0/.test(name))) return;
    throw new BrushwoodError(
      'invalid-parameter',
      `"${path}" lies outside of the folders this server was started for, or is hidden. Write beside the project or the images: ${this.roots.join(', ')}.`,
      { path },
    );
  }

  private async listFolder(folder: string, path: string): Promise<FileEntry[]> {
    const entries: FileEntry[] = [];
    for (const { name } of await readdir(folder, { withFileTypes: true })) {
      if (name.startsWith('.')) continue;
      const found = await this.find(`${path}/${name}`).catch(() => undefined); // a link out, or one to nothing
      const kind = found && (await this.kindOf(found.path));
      if (kind) entries.push({ name, path: `${path}/${name}`, kind });
    }
    return entries.toSorted((a, b) => naturalOrder(a.name, b.name));
  }

  private async kindOf(place: string): Promise<FileEntry['kind'] | undefined> {
    // A project is a container too, but nobody looks for images in it.
    if (hasEnding(place, this.catalog.projectStores)) return undefined;
    if (isContainer(this.catalog, place)) return 'image';
    if ((await stat(place)).isDirectory()) return isImageFolder(this.catalog, place) ? 'image' : 'folder';
    const readable = this.catalog.formats.filter(({ supports }) => supports.read);
    return hasEnding(place, readable) ? 'image' : undefined;
  }

  private async listDatasets(file: string, path: string): Promise<FileEntry[]> {
    const format = await detectFormat(this.catalog.formats, { path: file });
    const datasets = (await format.list?.({ path: file })) ?? [];
    return datasets.map(({ innerPath, shape, dtype }) => ({
      name: innerPath,
      path: `${path}/${innerPath}`,
      kind: 'dataset',
      shape,
      dtype,
    }));
  }
}

/** With all links followed, also where the end of the path is not there yet; undefined for a link to nothing. */
async function realPlaceOf(path: string): Promise<string | undefined> {
  const missing: string[] = [];
  for (let place = resolve(path); ; place = dirname(place)) {
    const real = await realpath(place).catch(() => undefined);
    if (real !== undefined) return join(real, ...missing);
    if (await lstat(place).catch(() => undefined)) return undefined;
    missing.unshift(basename(place));
  }
}

function isBelow(root: string, place: string): boolean {
  return place.startsWith(root.endsWith(sep) ? root : root + sep);
}

function isContainer({ formats }: Catalog, place: string): boolean {
  return hasEnding(
    place,
    formats.filter(({ supports }) => supports.innerPaths),
  );
}

function hasEnding(place: string, kinds: readonly { readonly extensions: readonly string[] }[]): boolean {
  const name = place.toLowerCase();
  return kinds.some(({ extensions }) => extensions.some((end) => name.endsWith(end)));
}

function notShared(path: string): BrushwoodError {
  return new BrushwoodError('not-found', `There is no "${path}" in the folders this server was started for.`, { path });
}
