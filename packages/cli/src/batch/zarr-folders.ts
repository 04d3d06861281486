import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathFacts } from '../path-facts.ts';

const metadataNames = ['zarr.json', '.zattrs', '.zgroup', '.zarray'];

/** Is a folder an array of Zarr, of version 2 or 3? */
export function isArray(folder: string): boolean {
  return existsSync(join(folder, '.zarray')) || metadataOf(folder, 'zarr.json')['node_type'] === 'array';
}

/**
 * What tells whether a Zarr image was written anew: sizes and times of its metadata and of its levels', and the times of the folders of
 * chunks, which change when a chunk comes, goes or is replaced by renaming. Chunks in folders of their own (version 3, and
 * version 2 with `/` between their numbers) are seen by their first folder alone. What lies beside the levels does not count: labels are
 * written there.
 */
export function folderIdentity(folder: string): readonly unknown[] {
  const levels = levelsOf(folder).map((level) => join(folder, level));
  const arrays = isArray(folder) ? [folder] : levels;
  const chunks = arrays.flatMap((level) => [level, join(level, 'c')]);
  return [
    ...[folder, ...levels].flatMap((one) => metadataNames.map((name) => factsOf(join(one, name)))),
    ...chunks.map(timeOf),
  ];
}

/** Folders of the levels of an OME-Zarr image, as its metadata names them. */
function levelsOf(folder: string): readonly string[] {
  const whole = metadataOf(folder, 'zarr.json')['attributes'] ?? {};
  const attributes = [whole, objectIn(whole, 'ome'), metadataOf(folder, '.zattrs')];
  const scales = attributes.flatMap((one) => listIn(one, 'multiscales'));
  const paths = scales.flatMap((scale) => listIn(scale, 'datasets')).map((level) => objectIn(level, 'path'));
  return paths.filter((path) => typeof path === 'string');
}

function objectIn(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const list = objectIn(value, name);
  return Array.isArray(list) ? list : [];
}

function metadataOf(folder: string, name: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>;
  } catch {
    // None, or broken: who opens the image says so.
    return {};
  }
}

function factsOf(path: string): unknown {
  const facts = pathFacts(path);
  return facts && [path, facts.size, Math.round(facts.mtimeMs)];
}

function timeOf(path: string): number | undefined {
  const facts = pathFacts(path);
  return facts && Math.round(facts.mtimeMs);
}
