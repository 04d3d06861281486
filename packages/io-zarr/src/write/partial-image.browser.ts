import {
  BrushwoodError,
  enterPageFolder,
  findPageFile,
  hasEntry,
  openPageStorage,
  pagePathParts,
  writingPage,
  type PageFolder,
} from '@brushwood/core';
import type { ClaimedImage, ImageClaim, ObjectFolder } from './object-folder.ts';
import { reducedFolder } from './reduced-units.ts';

/**
 * Begins an image in the page's private file system (OPFS). A folder there cannot be renamed: a new image has its name at once, but nothing
 * says that it is an image before it is finished, as what describes the whole comes last. One that replaces another is written to
 * `NAME.partial`, and its files are moved when all are there; only then does the older one go.
 * @throws 'already-exists' without `overwrite`; 'unsupported' for an image inside another; 'write-failed'
 */
export async function claimImage({ target, parents, objects, overwrite }: ImageClaim): Promise<ClaimedImage> {
  if (parents.length > 0) throw insideAnother(target);
  const { parents: above, name } = pagePathParts(target);
  const root = await openPageStorage();
  const around = await writingPage(target, () => enterPageFolder(root, above, { create: true }));
  const isReplacing = await hasEntry(around, name);
  if (isReplacing && !overwrite) throw alreadyExists(target);
  const place: Place = { target, around, name, partial: `${name}.partial` };
  await remove(place, place.partial); // of a page that was closed
  const path = isReplacing ? `${target}.partial` : target;
  const folder = objectFolder(path);
  const put = async (to: ObjectFolder, isWanted: (key: string) => boolean) => {
    for (const [key, content] of Object.entries(objects)) {
      if (isWanted(key)) await to.put(key, [new TextEncoder().encode(JSON.stringify(content, undefined, 2))]);
    }
  };
  await put(folder, isOfPart);
  let isOwn = !isReplacing;
  return {
    path,
    folder,
    isResumed: false,
    async exclude() {},
    async finish() {
      await folder.remove(reducedFolder);
      if (isReplacing) {
        await remove(place, name);
        isOwn = true;
        await moveFromPartial(place);
      }
      await put(objectFolder(target), (key) => !isOfPart(key));
    },
    async release() {},
    async discard() {
      await remove(place, place.partial);
      if (isOwn) await remove(place, name);
    },
  };
}

interface Place {
  readonly target: string;
  /** The folder in which the image's own is. */
  readonly around: PageFolder;
  readonly name: string;
  /** Where it is written while another one has its name. */
  readonly partial: string;
}

async function remove({ target, around }: Place, name: string): Promise<void> {
  if (await hasEntry(around, name)) await writingPage(target, () => around.removeEntry(name, { recursive: true }));
}

function moveFromPartial(place: Place): Promise<void> {
  const { target, around, name, partial } = place;
  return writingPage(target, async () => {
    const [from, to] = [partial, name].map((own) => around.getDirectoryHandle(own, { create: true }));
    await moveFiles(await from!, await to!);
    await remove(place, partial);
  });
}

/** Files can be moved in a page, folders cannot. */
async function moveFiles(from: PageFolder, to: PageFolder): Promise<void> {
  const entries: (FileSystemDirectoryHandle | FileSystemFileHandle)[] = [];
  for await (const entry of from.values()) entries.push(entry);
  for (const entry of entries) {
    if (entry.kind === 'directory') await moveFiles(entry, await to.getDirectoryHandle(entry.name, { create: true }));
    else await moveFile(entry, to);
  }
}

/** Browsers know `move` before the standard does; without it the bytes are copied. */
async function moveFile(
  file: FileSystemFileHandle & { move?(to: PageFolder, name: string): Promise<void> },
  to: PageFolder,
): Promise<void> {
  if (file.move) return file.move(to, file.name);
  const stream = await (await to.getFileHandle(file.name, { create: true })).createWritable();
  await stream.write(await file.getFile());
  await stream.close();
}

function insideAnother(target: string): BrushwoodError {
  return new BrushwoodError(
    'unsupported',
    `${target} lies inside another image, where a page cannot write. Name a folder.`,
    { path: target },
  );
}

function alreadyExists(target: string): BrushwoodError {
  return new BrushwoodError('already-exists', `${target} exists already. Choose another name or allow to replace it.`, {
    path: target,
  });
}

/** Does an object describe a level, not the image? */
function isOfPart(key: string): boolean {
  return key.includes('/');
}

/** A folder of the page's private file system, made when the first object comes. */
export function objectFolder(path: string): ObjectFolder {
  const find = async (key: string, create = false) => {
    const { parents, name } = pagePathParts(`${path}/${key}`);
    return { folder: await enterPageFolder(await openPageStorage(), parents, { create }), name };
  };
  return {
    put: (key, parts) =>
      writingPage(`${path}/${key}`, async () => {
        const { folder, name } = await find(key, true);
        let stream: FileSystemWritableFileStream | undefined;
        try {
          stream = await (await folder.getFileHandle(name, { create: true })).createWritable();
          for (const part of parts) await stream.write(part as Uint8Array<ArrayBuffer>);
          await stream.close();
        } catch (error) {
          await stream?.abort().catch(() => undefined); // after a failed write it has ended by itself
          await folder.removeEntry(name).catch(() => undefined); // the first error is the one to tell
          throw error;
        }
      }),
    async get(key) {
      const root = await openPageStorage();
      const file = await findPageFile(root, `${path}/${key}`).catch(() => undefined);
      return file && new Uint8Array(await file.arrayBuffer());
    },
    has: (key) =>
      find(key).then(
        ({ folder, name }) => hasEntry(folder, name),
        () => false,
      ),
    async names(below) {
      const names: string[] = [];
      const place = await find(`${below}/any`).catch(() => undefined);
      if (place) for await (const name of place.folder.keys()) names.push(name);
      return names;
    },
    remove: (key) =>
      writingPage(`${path}/${key}`, async () => {
        const place = await find(key).catch(() => undefined);
        if (place && (await hasEntry(place.folder, place.name))) {
          await place.folder.removeEntry(place.name, { recursive: true });
        }
      }),
  };
}

/** None: an image is not written into another one here. */
export async function versionOfParents(_paths: readonly string[]): Promise<2 | 3 | undefined> {
  return undefined;
}
