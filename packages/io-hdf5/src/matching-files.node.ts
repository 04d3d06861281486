import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Files that fit a pattern with `*` and `?` in any of its parts, sorted by code units.
 * @param pattern absolute, parts separated by `/`
 */
export async function matchingFiles(pattern: string): Promise<string[]> {
  const [root, ...parts] = pattern.split('/');
  let found = [`${root}/`];
  for (const part of parts.filter((name) => name !== '')) {
    const next = found.map(async (folder) => {
      if (!/[*?]/.test(part)) return [join(folder, part)];
      const names = await readdir(folder).catch((): string[] => []); // no folder: nothing in it fits
      return names.filter((name) => fits(name, part)).map((name) => join(folder, name));
    });
    found = (await Promise.all(next)).flat();
  }
  return found.sort();
}

function fits(name: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}
