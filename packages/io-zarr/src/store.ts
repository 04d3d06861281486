import { BrushwoodError, type ImageLocation } from '@brushwood/core';
import { openFileBytes, openFolder } from '#folder-store';
import { treeStore } from './tree-store.ts';
import type { FileBytes } from './zip-store.ts';

/** Part of a stored object: by its place, or its last bytes. */
export type ByteRange = { readonly offset: number; readonly length: number } | { readonly suffixLength: number };

/**
 * Where the objects of a Zarr hierarchy lie; keys begin with a slash. In the shape zarrita asks for. What does not exist is
 * undefined; a range comes complete or not at all.
 * @throws {BrushwoodError} 'broken-file' if an object cannot be read or ends early; 'unsupported' for a way out of the root.
 */
export interface ZarrStore {
  get(key: string, options?: { signal?: AbortSignal }): Promise<Uint8Array | undefined>;
  getRange(key: string, range: ByteRange, options?: { signal?: AbortSignal }): Promise<Uint8Array | undefined>;
  /** Names of the folders below a path, where the store can tell. */
  folders?(path: string): Promise<string[]>;
}

/** Names of zip files; `.ozx` is that of zipped OME-Zarr. */
const zipName = /\.(zip|ozx)$/i;

/** A hierarchy and the place in it that was asked for. */
export interface StoreLocation {
  readonly store: ZarrStore;
  /** Path of the wanted node below the root, without slashes around it; empty for the root. */
  readonly innerPath: string;
}

/**
 * Opens the hierarchy of a location: a folder, a URL, a zip file of one, or the files of a folder that a page was given. `a.zarr/s0` means `s0` in `a.zarr`, so that the
 * metadata of the whole is found.
 * @throws {BrushwoodError} 'not-found', 'unsupported' (a tensor, a Blob that is no zip file, a path out of the root)
 */
export async function openStore(location: ImageLocation): Promise<StoreLocation> {
  const { blob, files, path } = location;
  const { root, innerPath } = splitLocation(location);
  if (files) return { store: treeStore(files, path), innerPath };
  const file = blob ?? (await openZipFile(root));
  if (file) return { store: await openZip(file, path), innerPath };
  if (location.tensor) {
    throw new BrushwoodError(
      'unsupported',
      `${path}: Zarr images are folders, URLs or zip files, not tensors in memory.`,
    );
  }
  return { store: isUrl(root) ? await openUrl(root) : await openFolder(root), innerPath };
}

async function openZipFile(path: string): Promise<FileBytes | undefined> {
  return zipName.test(path) && !isUrl(path) ? openFileBytes(path) : undefined;
}

async function openZip(file: Blob | FileBytes, who: string): Promise<ZarrStore> {
  const { blobBytes, isZip, openZipStore } = await import('./zip-store.ts');
  const bytes = file instanceof Blob ? blobBytes(file) : file;
  const start = (await bytes.getLength()) >= 4 ? await bytes.read(0, 4) : new Uint8Array(0);
  if (isZip(start)) return openZipStore(bytes, who);
  throw new BrushwoodError('unsupported', `${who}: Zarr images are folders, URLs or zip files, not single files.`);
}

/**
 * The folder or URL of a hierarchy, and the path in it.
 * @throws {BrushwoodError} 'unsupported' for a path out of the root
 */
export function splitLocation({ path, innerPath }: ImageLocation): { root: string; innerPath: string } {
  const [, root = path, below = ''] = /^(.+\.(?:zarr|zip|ozx))\/+([^?]+?)?\/*$/i.exec(path) ?? [];
  const inner = [below, innerPath].filter(Boolean).join('/');
  checkInnerPath(inner, path);
  return { root, innerPath: inner };
}

/** Imported on use, so that work on folders does not wait for it. */
async function openUrl(url: string): Promise<ZarrStore> {
  const { openHttpStore } = await import('./http-store.ts');
  return openHttpStore(url);
}

export function isUrl(path: string): boolean {
  return /^https?:\/\//i.test(path);
}

/**
 * Metadata of a file may name any path. It has to stay below the root, and survive being part of a URL.
 * @throws {BrushwoodError} 'unsupported'
 */
export function checkInnerPath(innerPath: string, who: string): void {
  if (innerPath === '') return;
  const isPlain = innerPath.split('/').every((name) => /^[^\\%?#\0]+$/.test(name) && name !== '.' && name !== '..');
  if (!isPlain) {
    throw new BrushwoodError(
      'unsupported',
      `${who}: the path "${innerPath}" is refused, because only plain paths below the image's own folder are followed.`,
      { innerPath },
    );
  }
}
