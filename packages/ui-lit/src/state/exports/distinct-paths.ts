import { fileNameOf, slicePlace } from '@brushwood/core';

/** Where a result is wanted, and where its image lies. */
export interface WantedPath {
  readonly path: string;
  readonly imagePath: string;
}

/**
 * Gives results that would be written to one file the folders of their images, as far as they differ: `a.tif` of `p1/a.png` becomes
 * `p1/a.tif`. Those that still clash are numbered. Case does not count, as it does not for many disks.
 */
export function distinctPaths(wanted: readonly WantedPath[]): readonly string[] {
  const groups = groupsOf(wanted.map(({ path }) => path));
  const placed = wanted.map(({ path, imagePath }) => {
    const group = groups.get(keyOf(path))!;
    if (group.length === 1) return path;
    const common = commonLength(group.map((i) => foldersOf(wanted[i]!.imagePath)));
    return [...foldersOf(imagePath).slice(common), path].join('/');
  });
  const used = new Set<string>();
  const taken = new Set(placed.map(keyOf));
  return placed.map((path) => {
    let free = path;
    for (let number = 2; used.has(keyOf(free)) || (free !== path && taken.has(keyOf(free))); number++) {
      free = numbered(path, number);
    }
    used.add(keyOf(free));
    return free;
  });
}

/**
 * Names for images whose results go into one folder on a server: those that clash get the folders of their images before them, as far as
 * they differ, or a number.
 */
export function distinctNames(
  images: readonly { readonly name: string; readonly imagePath: string }[],
): readonly string[] {
  const wanted = images.map(({ name, imagePath }) => ({ path: name.replaceAll('/', '_'), imagePath }));
  return distinctPaths(wanted).map((path, i) =>
    path === wanted[i]!.path ? images[i]!.name : path.replaceAll('/', '_'),
  );
}

/** `cells.tif` → `cells (2).tif`, `cells_{slice_index}.tif` → `cells (2)_{slice_index}.tif`. */
export function numbered(path: string, number: number): string {
  const name = fileNameOf(path);
  const [, stem = name, rest = ''] = numberPlace.exec(name) ?? [];
  return `${path.slice(0, path.length - name.length)}${stem} (${number})${rest}`;
}

/** Before the number of a slice and the endings of a file. */
const numberPlace = new RegExp(
  String.raw`^(.+?)((?:[_-]?${slicePlace.replaceAll(/[{}]/g, '\\$&')})?(?:\.ome)?\.[^.]*)$`,
);

function groupsOf(paths: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const groups = new Map<string, number[]>();
  for (const [i, path] of paths.entries()) groups.set(keyOf(path), [...(groups.get(keyOf(path)) ?? []), i]);
  return groups;
}

function keyOf(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

/** Names of folders that may be made inside another one. */
function foldersOf(imagePath: string): readonly string[] {
  const names = imagePath.split(/[/\\]/).slice(0, -1);
  return names.map((name) => name.replaceAll(/[:\0]/g, '')).filter((name) => !['', '.', '..'].includes(name));
}

/** How many folders are the same from the first on. */
function commonLength(lists: readonly (readonly string[])[]): number {
  const [first = []] = lists;
  const end = first.findIndex((name, i) => lists.some((list) => list[i] !== name));
  return end < 0 ? first.length : end;
}
