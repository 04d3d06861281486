/** Paths of images in project files (spec §C.4). All paths here use `/`. */

export function isUrl(path: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(path);
}

export function isAbsolutePath(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:\//.test(path);
}

export function withForwardSlashes(path: string): string {
  return isUrl(path) ? path : path.replaceAll('\\', '/');
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/'))) || (path.startsWith('/') ? '/' : '.');
}

export function fileStem(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.replace(/(.)\.[^.]*$/, '$1');
}

/** A path made absolute, `.` and `..` resolved. */
export function joinPath(folder: string, path: string): string {
  if (isUrl(path) || isAbsolutePath(path)) return isUrl(path) ? path : normalize(path);
  return normalize(`${folder}/${path}`);
}

function normalize(path: string): string {
  const root = path.startsWith('/') ? '/' : '';
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return root + parts.join('/');
}

/** The path relative to a folder if it lies below it, else undefined. */
export function pathBelow(folder: string, path: string): string | undefined {
  const prefix = folder.endsWith('/') ? folder : `${folder}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}

/** `file.h5/volume/data` → file and dataset; other paths have no dataset. */
export function splitInnerPath(path: string): { path: string; innerPath?: string } {
  const match = /^(.*?\.(?:h5|hdf5|hdf|ilp|npz))\/+(.+)$/i.exec(path);
  return match ? { path: match[1]!, innerPath: match[2]!.replace(/\/+$/, '') } : { path };
}

/** Several files joined by the path separator of Unix or Windows. */
export function splitFileList(path: string): string[] {
  if (isUrl(path)) return [path];
  if (path.includes(';')) return path.split(';').filter(Boolean);
  return /^[A-Za-z]:\//.test(path) ? [path] : path.split(':').filter(Boolean);
}

/**
 * Places where a moved file may lie: the stored path's tails below the project's folder, the longest first. `/a/b/c.tif`
 * → `FOLDER/a/b/c.tif`, `FOLDER/b/c.tif`, `FOLDER/c.tif`.
 */
export function candidatePaths(folder: string, storedPath: string): string[] {
  const parts = storedPath.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
  return parts.map((_, i) => joinPath(folder, parts.slice(i).join('/')));
}
