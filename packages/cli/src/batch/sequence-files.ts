import { naturalOrder, slicePlace } from '@brushwood/core';
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Has a file the name of one of a sequence? */
export function isFileOf(sequence: string, name: string): boolean {
  const parts = sequence.split(slicePlace).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('\\d+')}$`).test(name);
}

/** The files of a sequence that are there, in their order. */
export function filesOfSequence(path: string): readonly string[] {
  const name = basename(path);
  const folder = dirname(path);
  try {
    const names = readdirSync(folder).filter((file) => isFileOf(name, file));
    return names.sort(naturalOrder).map((file) => join(folder, file));
  } catch {
    // No folder, no files.
    return [];
  }
}
