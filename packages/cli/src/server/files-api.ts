import { BrushwoodError, type Catalog, type ImageReference } from '@brushwood/core';
import { TextDecoder } from 'node:util';
import { referenceOf } from '../image-file.ts';
import type { Report } from '../report.ts';
import { jsonAnswer, textAnswer, type Answer } from './answers.ts';
import type { ServedImages } from './served-images.ts';
import type { SharedFolders } from './shared-folders.ts';

export interface FileServices {
  readonly catalog: Catalog;
  readonly folders: SharedFolders;
  readonly images: ServedImages;
  readonly report: Report;
}

/** Names of images, as JSON. */
export const maxRequestBytes = 1 << 20;

/** What lies in a folder: `{ entries: FileEntry[] }`. */
export async function listFiles({ folders }: FileServices, query: string): Promise<Answer> {
  return jsonAnswer({ entries: await folders.list(new URLSearchParams(query).get('path') ?? '') });
}

/**
 * Describes images that are to be added, and serves them from now on: `{ paths: string[] }` → `{ images: ImageReference[] }`, to be put
 * into lanes by the page.
 */
export async function openFiles(
  services: FileServices,
  { type, body, signal }: { type: string | undefined; body: Uint8Array; signal: AbortSignal },
): Promise<Answer> {
  if (type !== 'application/json') return textAnswer(415, 'The names come as application/json.');
  const images: ImageReference[] = [];
  for (const path of namesIn(body)) images.push(await describe(services, path, signal));
  return jsonAnswer({ images });
}

async function describe({ catalog, folders, images, report }: FileServices, path: string, signal: AbortSignal) {
  const { path: file, innerPath } = await folders.find(path);
  const name = innerPath === undefined ? file : `${file}/${innerPath}`;
  return images.serve(await referenceOf(catalog, name, { storage: 'relative', report, signal }));
}

function namesIn(body: Uint8Array): readonly string[] {
  let paths: unknown;
  try {
    paths = (JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as { paths?: unknown }).paths;
  } catch {
    paths = undefined; // said below
  }
  if (Array.isArray(paths) && paths.every((path) => typeof path === 'string')) return paths;
  throw new BrushwoodError('invalid-parameter', 'The names of images come as { "paths": ["0/image.tif"] }.');
}
