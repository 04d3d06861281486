import {
  BrushwoodError,
  enterPageFolder,
  findPageFile,
  hasEntry,
  openPageStorage,
  pagePathParts,
  writingPage,
} from '@brushwood/core';
import type { ClaimedImage, ImageClaim, ObjectFolder } from './object-folder.ts';
import { reducedFolder } from './reduced-units.ts';

/**
 * Begins an image in the page's private file system (OPFS). A folder there cannot be renamed, so it has its name at once, but nothing says that
 * it is an image before it is finished: what describes the whole comes last.
 * @throws 'already-exists' without `overwrite`; 'unsupported' for an image inside another; 'write-failed'
 */
export async function claimImage({ target, parents, objects, overwrite }: ImageClaim): Promise<ClaimedImage> {
  if (parents.length > 0) {
    throw new BrushwoodError(
      'unsupported',
      `${target} lies inside another image, where a page cannot write. Name a folder.`,
      {
        path: target,
      },
    );
  }
  const { parents: above, name } = pagePathParts(target);
  const root = await openPageStorage();
  const around = await writingPage(target, () => enterPageFolder(root, above, { create: true }));
  const discard = async () => {
    if (await hasEntry(around, name)) await writingPage(target, () => around.removeEntry(name, { recursive: true }));
  };
  if (!overwrite && (await hasEntry(around, name))) {
    throw new BrushwoodError(
      'already-exists',
      `${target} exists already. Choose another name or allow to replace it.`,
      { path: target },
    );
  }
  await discard();
  const folder = objectFolder(target);
  const put = async (isWanted: (key: string) => boolean) => {
    for (const [key, content] of Object.entries(objects)) {
      if (isWanted(key)) await folder.put(key, [new TextEncoder().encode(JSON.stringify(content, undefined, 2))]);
    }
  };
  await put(isOfPart);
  return {
    path: target,
    folder,
    isResumed: false,
    async exclude() {},
    async finish() {
      await folder.remove(reducedFolder);
      await put((key) => !isOfPart(key));
    },
    async release() {},
    discard,
  };
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
        const stream = await (await folder.getFileHandle(name, { create: true })).createWritable();
        try {
          for (const part of parts) await stream.write(part as Uint8Array<ArrayBuffer>);
          await stream.close();
        } catch (error) {
          await stream.abort().catch(() => undefined); // after a failed write it has ended by itself
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
