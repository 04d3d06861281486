import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { BrushwoodError } from '@brushwood/core';
import { asObject } from '../zarr-node.ts';
import { groupObjects } from './array-metadata.ts';
import type { ImageClaim, ParentGroup } from './object-folder.ts';
import { readJsonFile, replaceFile, statOf } from './object-folder.node.ts';
import { inTurn } from './run-locks.node.ts';

const markers = ['zarr.json', '.zgroup', '.zarray'] as const;

/** Does metadata of a Zarr node lie in this folder? */
export async function isZarr(path: string): Promise<boolean> {
  return (await markerOf(path)) !== undefined;
}

async function markerOf(path: string): Promise<(typeof markers)[number] | undefined> {
  for (const name of markers) if (await statOf(join(path, name))) return name;
  return undefined;
}

/**
 * Version of the hierarchy that a new image is put into; undefined if it is the first in it.
 * @param paths the groups around the image, outermost first
 * @throws {BrushwoodError} 'unsupported' if one of them is an array
 */
export async function versionOfParents(paths: readonly string[]): Promise<2 | 3 | undefined> {
  let version: 2 | 3 | undefined;
  for (const path of paths) {
    const marker = await markerOf(path);
    const isArray =
      marker === '.zarray' ||
      (marker === 'zarr.json' && (await readJsonFile(join(path, marker)))?.node_type === 'array');
    if (isArray) {
      throw new BrushwoodError(
        'unsupported',
        `${path} is an array, so that no image can be written into it. Choose another path.`,
        {
          path,
        },
      );
    }
    if (marker) version ??= marker === 'zarr.json' ? 3 : 2;
  }
  return version;
}

/** Describes the groups around a finished image where they are not yet, and adds it to the list of labels. */
export async function registerInParents({ parents, version }: ImageClaim): Promise<void> {
  for (const parent of parents) {
    if (!(await isZarr(parent.path))) await writeGroup(parent.path, version, {});
    if (parent.label !== undefined) await inTurn(`${parent.path}.turn`, () => addLabel(parent, version));
  }
}

async function addLabel({ path, label }: ParentGroup, version: 2 | 3): Promise<void> {
  const attributes = await attributesOf(path);
  const ome = version === 3 ? (asObject(attributes.ome) ?? {}) : attributes;
  const names = Array.isArray(ome.labels) ? (ome.labels as unknown[]) : [];
  if (names.includes(label)) return;
  const labels = [...names, label];
  const changed = version === 3 ? { ome: { version: '0.5', ...ome, labels } } : { labels };
  await writeGroup(path, version, { ...attributes, ...changed });
}

async function writeGroup(path: string, version: 2 | 3, attributes: Record<string, unknown>): Promise<void> {
  await fs.mkdir(path, { recursive: true });
  for (const [key, content] of Object.entries(groupObjects(version, attributes)).toReversed()) {
    await replaceFile(join(path, key), JSON.stringify(content, undefined, 2));
  }
}

async function attributesOf(path: string): Promise<Readonly<Record<string, unknown>>> {
  const v3 = await readJsonFile(join(path, 'zarr.json'));
  return v3 ? (asObject(v3.attributes) ?? {}) : ((await readJsonFile(join(path, '.zattrs'))) ?? {});
}
