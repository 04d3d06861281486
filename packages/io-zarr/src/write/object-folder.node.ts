import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BrushwoodError, messageOf } from '@brushwood/core';
import type { ObjectFolder } from './object-folder.ts';

/** Drafts of objects lie here, so that what was left half-written never looks like an object. */
export const draftFolder = '.drafts';

/** An existing folder; it must hold a `draftFolder`. */
export function objectFolder(path: string): ObjectFolder {
  /** Folders known to exist. A few, as neighbours come one after another. */
  const made = new Set<string>();
  const ensureFolder = async (folder: string) => {
    if (made.has(folder)) return;
    await fs.mkdir(folder, { recursive: true });
    if (made.size >= 64) made.clear();
    made.add(folder);
  };
  return {
    put: (key, parts) =>
      attempt(join(path, key), async () => {
        // First, as it fails if the whole folder was removed meanwhile, and nothing may bring that back.
        const draft = join(path, draftFolder, crypto.randomUUID());
        await writeSafely(draft, parts);
        await ensureFolder(dirname(join(path, key)));
        await fs.rename(draft, join(path, key));
      }),
    async get(key) {
      try {
        return await fs.readFile(join(path, key));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw writeFailed(join(path, key), error);
      }
    },
    has: async (key) => (await statOf(join(path, key))) !== undefined,
    async names(folder) {
      try {
        return await fs.readdir(join(path, folder));
      } catch (error) {
        if (isMissing(error)) return [];
        throw writeFailed(join(path, folder), error);
      }
    },
    remove: (key) =>
      attempt(join(path, key), async () => {
        made.clear();
        await fs.rm(join(path, key), { recursive: true, force: true });
      }),
  };
}

/** Writes a new file, and returns when it is on disk. */
async function writeSafely(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const handle = await fs.open(path, 'wx');
  try {
    for (const part of parts) await handle.writeFile(part);
    await handle.sync();
  } catch (error) {
    await fs.rm(path, { force: true }).catch(() => undefined); // the first error is the one to tell
    throw error;
  } finally {
    await handle.close();
  }
}

/** A small file that is there complete or not at all. @throws 'write-failed' */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${crypto.randomUUID()}`;
  await attempt(path, async () => {
    await writeSafely(draft, [new TextEncoder().encode(text)]);
    await fs.rename(draft, path);
  });
}

/** Makes names last through a power cut. Windows cannot open a folder; they are as durable there as they get. */
export async function synchronizeFolder(path: string): Promise<void> {
  const folder = await fs.open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined); // nor can every file system
  await folder?.close();
}

/** The same for a folder with all folders in it. */
export async function synchronizeTree(path: string): Promise<void> {
  for (const entry of await fs.readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await synchronizeTree(join(path, entry.name));
  }
  await synchronizeFolder(path);
}

export async function statOf(path: string) {
  return await fs.stat(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw writeFailed(path, error);
  });
}

/** The JSON object of a file, or undefined if there is none that can be read. */
export async function readJsonFile(path: string): Promise<Record<string, unknown> | undefined> {
  try {
    const found: unknown = JSON.parse(await fs.readFile(path, 'utf8'));
    return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // missing or not JSON: either way it says nothing
  }
}

export async function attempt<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof BrushwoodError ? error : writeFailed(path, error);
  }
}

function writeFailed(path: string, error: unknown): BrushwoodError {
  return new BrushwoodError(
    'write-failed',
    `${path} cannot be written: ${messageOf(error)}. Check the folder, its permissions and the free space.`,
    { path },
    { cause: error },
  );
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
