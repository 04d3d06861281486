import {
  BrushwoodError,
  enterPageFolder,
  fileNameOf,
  hasEntry,
  isSequence,
  messageOf,
  pagePathParts,
  slicePlace,
  throwIfAborted,
  type PageFolder,
} from '@brushwood/core';
import { numbered } from './distinct-paths.ts';
import type { ExportDestination } from './export-destination.ts';
import { listFiles, type FolderFile } from './list-files.ts';

/** What becomes of results whose names are taken in the folder. */
export type TakenChoice = 'overwrite' | 'skip' | 'rename';

/** A folder as browsers hand it out that ask before a page may write to it. */
type AskingFolder = PageFolder & {
  queryPermission?(options: { mode: 'readwrite' }): Promise<PermissionState>;
  requestPermission?(options: { mode: 'readwrite' }): Promise<PermissionState>;
};

export interface FolderOptions {
  /** Asked once in a run, for all names that are taken; undefined: do not go on. */
  askTaken(paths: readonly string[]): Promise<TakenChoice | undefined>;
}

/**
 * Puts results into a folder that the user has chosen, streamed from where they were written. A file is written beside its name and
 * gets it when it is complete, or replaces an older one at once when it is; an OME-Zarr gets what makes it an image last.
 */
export function createFolderDestination(folder: PageFolder, options: FolderOptions): ExportDestination {
  return {
    keepsStage: false,
    claim: (paths, { overwrite }) => reaching(folder, () => claimNames(folder, paths, { overwrite, ...options })),
    take: async ({ path, folder: stage, signal }) => {
      const { parents } = pagePathParts(path);
      const files = await listFiles(stage);
      return reaching(folder, async () => {
        const target = await enterPageFolder(folder, parents, { create: true });
        const tree = treeOf(files);
        if (tree !== undefined) await putTree(target, tree, { files, signal });
        else await putFiles(target, files, signal);
        if (isSequence(path)) await removeOldSlices(target, fileNameOf(path), files);
        const names = tree === undefined ? files.map((file) => file.path) : [tree];
        return names.map((name) => [...parents, name].join('/'));
      });
    },
  };
}

interface ClaimOptions extends FolderOptions {
  readonly overwrite: boolean;
}

async function claimNames(
  folder: PageFolder,
  paths: readonly string[],
  { overwrite, askTaken }: ClaimOptions,
): Promise<ReadonlyMap<string, string | undefined>> {
  checkInside(paths);
  await askPermission(folder);
  const taken = new Set<string>();
  if (!overwrite) for (const path of paths) if (await isTaken(folder, path)) taken.add(path);
  const choice = taken.size > 0 ? await askTaken([...taken]) : 'overwrite';
  if (!choice) throw new BrushwoodError('aborted', 'Nothing was exported: files of these names exist.');
  const claimed = new Map<string, string | undefined>();
  const used = new Set(paths);
  for (const path of paths) {
    if (!taken.has(path) || choice === 'overwrite') claimed.set(path, path);
    else if (choice === 'skip') claimed.set(path, undefined);
    else {
      const free = await freePath(folder, path, used);
      used.add(free);
      claimed.set(path, free);
    }
  }
  return claimed;
}

/** @throws 'invalid-parameter' for paths that lead out of the folder */
function checkInside(paths: readonly string[]): void {
  for (const path of paths) {
    const names = path.split('/');
    const isInside = names.every((name) => name !== '' && name !== '.' && name !== '..' && !/[\\:\0]/.test(name));
    if (isInside) continue;
    throw new BrushwoodError(
      'invalid-parameter',
      `"${path}" is no place inside the chosen folder. Leave out "..", a slash at the beginning, backslashes and colons in the file name.`,
      { path },
    );
  }
}

async function askPermission(folder: AskingFolder): Promise<void> {
  if (!folder.queryPermission || !folder.requestPermission) return;
  if ((await folder.queryPermission({ mode: 'readwrite' })) === 'granted') return;
  if ((await folder.requestPermission({ mode: 'readwrite' })) !== 'granted') throw revoked(folder);
}

async function isTaken(folder: PageFolder, path: string): Promise<boolean> {
  const { parents, name } = pagePathParts(path);
  const place = await enterPageFolder(folder, parents).catch((error: unknown) => {
    if ((error as Error).name === 'NotFoundError') return undefined;
    throw error;
  });
  if (!place) return false;
  return isSequence(path) ? (await slicesOf(place, name)).length > 0 : hasEntry(place, name);
}

/** The files of a sequence that a folder has, however wide their numbers are. */
async function slicesOf(folder: PageFolder, name: string): Promise<readonly string[]> {
  const [before = '', after = ''] = name.split(slicePlace);
  const slices: string[] = [];
  for await (const found of folder.keys()) {
    const isLike = found.startsWith(before) && found.endsWith(after);
    if (isLike && /^\d+$/.test(found.slice(before.length, found.length - after.length))) slices.push(found);
  }
  return slices;
}

/** What is left of a longer sequence, or of one with wider numbers, would be taken for a part of the new one. */
async function removeOldSlices(folder: PageFolder, name: string, written: readonly FolderFile[]): Promise<void> {
  if (name.startsWith(slicePlace)) return; // numbers alone may be files of something else
  const kept = new Set(written.map(({ path }) => path));
  for (const old of await slicesOf(folder, name)) if (!kept.has(old)) await folder.removeEntry(old);
}

/** `cells.tif` → `cells (2).tif`. */
async function freePath(folder: PageFolder, path: string, used: ReadonlySet<string>): Promise<string> {
  for (let number = 2; ; number++) {
    const next = numbered(path, number);
    if (!used.has(next) && !(await isTaken(folder, next))) return next;
  }
}

/** The name of the folder that all files lie in; undefined for files by themselves. */
function treeOf(files: readonly FolderFile[]): string | undefined {
  const first = files[0]?.path ?? '';
  const at = first.indexOf('/');
  return at < 0 ? undefined : first.slice(0, at);
}

async function putFiles(target: PageFolder, files: readonly FolderFile[], signal: AbortSignal): Promise<void> {
  const added: string[] = [];
  try {
    for (const { path, file } of files) {
      const isNew = !(await hasEntry(target, path));
      if (isNew) added.push(path);
      await putFile(target, path, { file, isNew, signal });
    }
  } catch (error) {
    // Of a sequence nothing stays if a file is missing; what took the place of older files does, as there would be neither.
    for (const name of added) await removeQuietly(target, name);
    throw error;
  }
}

type MovableFile = FileSystemFileHandle & { move?(name: string): Promise<void> };

async function putFile(
  target: PageFolder,
  name: string,
  { file, isNew, signal }: { file: File; isNew: boolean; signal: AbortSignal },
): Promise<void> {
  if (isNew && (await putBeside(target, name, { file, signal }))) return;
  const handle = await target.getFileHandle(name, { create: true });
  // The browser writes beside it and replaces it when the stream is closed.
  await copyInto(handle, file, signal);
}

/** Writes `NAME.partial` and renames it. @returns false where files cannot be renamed */
async function putBeside(
  target: PageFolder,
  name: string,
  { file, signal }: { file: File; signal: AbortSignal },
): Promise<boolean> {
  const partial = `${name}.partial`;
  const handle: MovableFile = await target.getFileHandle(partial, { create: true });
  try {
    if (!handle.move) return false;
    await copyInto(handle, file, signal);
    return await handle.move(name).then(
      () => true,
      () => false,
    );
  } finally {
    await removeQuietly(target, partial);
  }
}

async function putTree(
  target: PageFolder,
  name: string,
  { files, signal }: { files: readonly FolderFile[]; signal: AbortSignal },
): Promise<void> {
  if (await hasEntry(target, name)) await target.removeEntry(name, { recursive: true });
  try {
    // Files of the root come first in the list: without them the folder is no image, so they are written last.
    for (const { path, file } of [...files].reverse()) {
      const { parents, name: own } = pagePathParts(path);
      const folder = await enterPageFolder(target, parents, { create: true });
      await copyInto(await folder.getFileHandle(own, { create: true }), file, signal);
    }
  } catch (error) {
    await removeQuietly(target, name);
    throw error;
  }
}

async function copyInto(handle: FileSystemFileHandle, file: File, signal: AbortSignal): Promise<void> {
  throwIfAborted(signal);
  await file.stream().pipeTo(await handle.createWritable(), { signal });
}

async function removeQuietly(folder: PageFolder, name: string): Promise<void> {
  await folder.removeEntry(name, { recursive: true }).catch(() => undefined); // the first error is the one to tell
}

/** Tells in our words what the browser refuses. */
async function reaching<T>(folder: PageFolder, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof BrushwoodError) throw error;
    const { name } = error as Error;
    if (name === 'NotAllowedError' || name === 'SecurityError') throw revoked(folder, error);
    if (name === 'NotFoundError') {
      throw new BrushwoodError(
        'write-failed',
        `The folder "${folder.name}", or a part of it, is not there any more. Choose a folder again; files that were finished are where they were.`,
        { folder: folder.name, isRevoked: true },
        { cause: error },
      );
    }
    if (name === 'AbortError' || name === 'QuotaExceededError') throw error;
    throw new BrushwoodError(
      'write-failed',
      `Files cannot be written to "${folder.name}": ${messageOf(error)}. Choose another folder, or download the files.`,
      { folder: folder.name },
      { cause: error },
    );
  }
}

function revoked(folder: PageFolder, cause?: unknown): BrushwoodError {
  return new BrushwoodError(
    'write-failed',
    `The page may not write to the folder "${folder.name}" any more: its permission was taken back or not given. Files that were finished are ` +
      'kept. Choose the folder again, or download the files.',
    { folder: folder.name, isRevoked: true },
    { cause },
  );
}
