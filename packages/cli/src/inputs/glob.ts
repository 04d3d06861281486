import { naturalOrder } from '@brushwood/core';
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface GlobOptions {
  /** Entries that are one thing although they are folders (`image.zarr`): nothing below them matches, and what follows them names a dataset. */
  isWhole(path: string): boolean;
}

/** Does a word ask for files by a pattern: `*`, `?`, `[…]`, `{a,b}`? */
export function isGlob(word: string): boolean {
  return /[*?]|\[[^\]]+\]|\{[^}]*,[^}]*\}/.test(word);
}

/**
 * The files and folders a pattern stands for, in natural order. `**` stands for any number of folders, each taken once whatever links lead to it; names that begin with a dot
 * match only patterns that do.
 */
export function expandGlob(pattern: string, options: GlobOptions): string[] {
  const parts = pattern.split('/');
  const isAbsolute = parts[0] === '';
  const segments = parts.filter((part) => part !== '' && part !== '.');
  const found = new Set(walk(isAbsolute ? '/' : '', segments, options));
  return [...found].sort(naturalOrder);
}

function* walk(base: string, segments: readonly string[], options: GlobOptions): Generator<string> {
  const [segment, ...rest] = segments;
  if (segment === undefined) {
    if (existsSync(base)) yield base;
    return;
  }
  if (base !== '' && base !== '/' && options.isWhole(base)) {
    if (!segments.some(isGlob) && existsSync(base)) yield join(base, ...segments);
    return;
  }
  if (segment === '**') {
    for (const folder of foldersBelow(base, options)) yield* walk(folder, rest, options);
    return;
  }
  if (!isGlob(segment)) {
    yield* walk(join(base, segment), rest, options);
    return;
  }
  const test = patternOf(segment);
  for (const name of namesIn(base)) {
    const path = join(base, name);
    // `*/c.tif` asks for folders; only `*.h5/data` for datasets.
    const isMeant = rest.length === 0 || options.isWhole(segment) || !options.isWhole(path);
    if (test.test(name) && isMeant) yield* walk(path, rest, options);
  }
}

/** A folder and all in it, each once though links may lead back to it. */
function* foldersBelow(folder: string, options: GlobOptions, entered: Set<string> = new Set()): Generator<string> {
  if (!isFolder(folder || '.')) return;
  const real = realpathSync(folder || '.');
  if (entered.has(real)) return;
  entered.add(real);
  yield folder;
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    if (!name.startsWith('.') && isFolder(path) && !options.isWhole(path)) yield* foldersBelow(path, options, entered);
  }
}

function patternOf(segment: string): RegExp {
  let depth = 0;
  const source = segment.replaceAll(/\[!?[^\]]+\]|[*?{},]|[.+^$()|\\/[\]]/g, (token) => {
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    if (token === '{') return depth++, '(?:';
    if (token === '}' && depth > 0) return depth--, ')';
    if (token === ',') return depth > 0 ? '|' : ',';
    if (token.startsWith('[') && token.length > 1) return `[${token.startsWith('[!') ? '^' : ''}${inClass(token)}]`;
    return `\\${token}`;
  });
  const hidden = segment.startsWith('.') ? '' : '(?!\\.)';
  return new RegExp(`^${hidden}${source}${')'.repeat(depth)}$`);
}

function inClass(token: string): string {
  return token.replace(/^\[!?/, '').slice(0, -1).replaceAll(/[\\^]/g, '\\$&');
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder === '' ? '.' : folder);
  } catch {
    // A file, or a folder that may not be read: nothing in it matches.
    return [];
  }
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
