import { openImage, type Catalog, type ImageRequest, type Project } from '@brushwood/core';
import { createHash, type Hash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../version.ts';
import { folderIdentity } from './zarr-folders.ts';
import { pathFacts } from '../path-facts.ts';

/**
 * SHA-256 of a value, hexadecimal: objects whatever the order of their keys, arrays of numbers by their bytes, maps by their
 * entries. What is undefined does not count.
 */
export function digest(value: unknown): string {
  const hash = createHash('sha256');
  feed(hash, value);
  return hash.digest('hex');
}

function feed(hash: Hash, value: unknown): void {
  if (ArrayBuffer.isView(value)) {
    hash.update(`${value.constructor.name}:${value.byteLength};`);
    hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  } else if (value instanceof Map) {
    feed(hash, [...value]);
  } else if (Array.isArray(value)) {
    hash.update(`[${value.length};`);
    for (const item of value) feed(hash, item);
  } else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    hash.update(`{${entries.length};`);
    for (const [key, item] of entries.sort(([a], [b]) => (a < b ? -1 : 1))) {
      hash.update(`${JSON.stringify(key)}:`);
      feed(hash, item);
    }
  } else {
    hash.update(`${JSON.stringify(value) ?? 'undefined'};`);
  }
}

/** What all outputs of a run depend on: the classifier, the features, the program. */
export function projectDigest(project: Project): string {
  const release = version.split('.').slice(0, 2).join('.');
  return digest([release, project.workflowId, project.features, project.normalization, project.classifier.model]);
}

/**
 * What tells an image from others and from itself at another time: path, size and time of its file or files; of folders that of their
 * metadata and levels; of URLs what is known of the image there, so that one replaced by another of its shape is not noticed.
 */
export async function imageIdentity(catalog: Catalog, request: ImageRequest): Promise<unknown> {
  const { location, axes, channels, ...rest } = request;
  const paths = location.stack?.paths ?? [location.path];
  const files = paths.map(fileIdentity);
  const known = { innerPath: location.innerPath, stack: location.stack?.axis, axes, channels, ...rest };
  if (files.every((file) => file !== undefined)) return { ...known, files };
  const source = await openImage(catalog.formats, request);
  await source.close();
  const folders = paths.map((path) => (isUrl(path) ? undefined : folderIdentity(join(path, location.innerPath ?? ''))));
  return { ...known, paths, info: source.info, folders };
}

function isUrl(path: string): boolean {
  return /^https?:\/\//.test(path);
}

function fileIdentity(path: string): unknown {
  if (isUrl(path)) return undefined;
  const facts = pathFacts(path);
  return facts?.isFile() ? [realpathSync(path), facts.size, Math.round(facts.mtimeMs)] : undefined;
}
