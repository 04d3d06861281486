import * as fs from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BrushwoodError, type LockHolder } from '@brushwood/core';
import { writtenFingerprint } from '../written-fingerprint.ts';
import type { ClaimedImage, ImageClaim, RunSettings } from './object-folder.ts';
import {
  attempt,
  draftFolder,
  objectFolder,
  readJsonFile,
  replaceFile,
  statOf,
  synchronizeFolder,
  synchronizeTree,
} from './object-folder.node.ts';
import { isZarr, registerInParents } from './parent-groups.node.ts';
import { reducedFolder } from './reduced-units.ts';
import { heldParts, inTurn, partLockName, type RunLock, runLockHolder, takeRunLock } from './run-locks.node.ts';

export { objectFolder } from './object-folder.node.ts';
export { versionOfParents } from './parent-groups.node.ts';

/** Says what an unfinished image is going to be. */
const settingsFile = 'brushwood.json';

/**
 * Begins an image in `NAME.partial`, or goes on with the one there. The folder appears with all its metadata, so that several
 * parts may begin at once.
 * @throws {BrushwoodError} 'already-exists', 'locked', 'other-settings', 'write-failed'
 */
export async function claimImage(claim: ImageClaim): Promise<ClaimedImage> {
  const { target } = claim;
  const partial = `${target}.partial`;
  await attempt(target, () => fs.mkdir(dirname(target), { recursive: true }));
  return attempt(target, () =>
    inTurn(turnFile(target), async () => {
      await checkTarget(claim);
      await refuseOthers(claim, partial);
      const isResumed = await checkPartial(claim, partial);
      if (!isResumed) await begin(claim, partial);
      const lock = await takeLock(claim, partial);
      return new Claimed(claim, { path: partial, isResumed, lock });
    }),
  );
}

class Claimed implements ClaimedImage {
  readonly path: string;
  readonly folder;
  readonly isResumed: boolean;
  private readonly claim: ImageClaim;
  private readonly locks: RunLock[];

  constructor(claim: ImageClaim, { path, isResumed, lock }: { path: string; isResumed: boolean; lock: RunLock }) {
    this.claim = claim;
    this.path = path;
    this.folder = objectFolder(path);
    this.isResumed = isResumed;
    this.locks = [lock];
  }

  async exclude(): Promise<void> {
    const { claim, path } = this;
    if (!claim.part || this.locks.length > 1) return;
    await inTurn(turnFile(claim.target), async () => {
      await refuseOthers(claim, path, { isLast: true });
      this.locks.push(await takeLock({ ...claim, part: undefined }, path));
    });
  }

  async finish(): Promise<void> {
    const { claim, path } = this;
    const { target } = claim;
    const replaced = `${path}.replaced`;
    await attempt(target, async () => {
      for (const folder of [draftFolder, reducedFolder]) await this.folder.remove(folder);
      await synchronizeTree(path);
      await inTurn(turnFile(target), async () => {
        await checkTarget(claim);
        await fs.rm(replaced, { recursive: true, force: true });
        await registerInParents(claim); // first: who is killed after the renaming leaves nothing to go on with
        const hasOld = (await statOf(target)) !== undefined;
        if (hasOld) await fs.rename(target, replaced);
        await fs.rename(path, target);
        await synchronizeFolder(dirname(target));
        await this.release(); // its files have moved along: it only forgets them
      });
      for (const name of await fs.readdir(target)) {
        if (name === settingsFile || name.startsWith('part-')) await fs.rm(join(target, name), { force: true });
      }
      await fs.rm(replaced, { recursive: true, force: true });
    });
  }

  async release(): Promise<void> {
    for (const lock of this.locks.splice(0)) await lock.release();
  }

  async discard(): Promise<void> {
    await attempt(this.path, () => fs.rm(this.path, { recursive: true, force: true }));
    await this.release();
    // Folders that were made for it go as well, if nothing else lies in them.
    for (const { path } of this.claim.parents.toReversed()) await fs.rmdir(path).catch(() => undefined);
  }
}

function turnFile(target: string): string {
  return `${target}.partial.turn`;
}

async function takeLock({ target, part }: ImageClaim, partial: string): Promise<RunLock> {
  const lock = await takeRunLock(part ? join(partial, partLockName(part)) : `${partial}.lock`);
  if ('holder' in lock) throw lockedError(target, lock.holder, part ? `part ${part.index + 1} of it` : 'it');
  return lock;
}

/** @throws 'locked' if what this run wants to write is being written */
async function refuseOthers({ target, part }: ImageClaim, partial: string, { isLast = false } = {}): Promise<void> {
  const whole = await runLockHolder(`${partial}.lock`);
  if (whole) throw lockedError(target, whole, 'it');
  for (const { index, count, holder } of await heldParts(partial)) {
    const isSame = part?.index === index && part.count === count;
    const isCompatible = part?.count === count && !isSame && !isLast;
    if (isCompatible || (isLast && isSame)) continue;
    throw lockedError(target, holder, `part ${index + 1} of ${count} of it`);
  }
}

function lockedError(target: string, { pid, host, isOwn }: LockHolder, what: string): BrushwoodError {
  return new BrushwoodError(
    'locked',
    `"${target}" cannot be written now: ${what} is being written by ${isOwn ? 'this process already' : `process ${pid} on ${host}`}. ` +
      `Wait until that is done, or choose another name. If that process no longer runs, remove the ".lock" files of "${target}.partial".`,
    { path: target, pid, host },
  );
}

/** @throws 'already-exists'; 'write-failed' if what is to be replaced is no image */
async function checkTarget({ target, overwrite }: ImageClaim): Promise<void> {
  const stats = await statOf(target);
  if (!stats) return;
  if (!overwrite) {
    throw new BrushwoodError(
      'already-exists',
      `${target} exists already. Choose another name or allow to replace it.`,
      { path: target, fingerprint: (await writtenFingerprint({ path: target })) ?? null },
    );
  }
  if (stats.isDirectory() && (await isZarr(target))) return;
  throw new BrushwoodError(
    'write-failed',
    `${target} cannot be replaced: it is not a Zarr image, but another ${stats.isDirectory() ? 'folder' : 'file'}. Choose another name.`,
    { path: target },
  );
}

/**
 * Is there an unfinished image to go on with? One that cannot be continued, or is to be overwritten as a whole, is removed.
 * @throws 'already-exists' if the folder is not ours; 'other-settings' if it is worth keeping
 */
async function checkPartial({ target, settings, overwrite, part }: ImageClaim, partial: string): Promise<boolean> {
  if (!(await statOf(partial))) return false;
  const found = (await readJsonFile(join(partial, settingsFile))) as Partial<RunSettings> | undefined;
  if (!found) {
    throw new BrushwoodError(
      'already-exists',
      `"${target}" is written as "${partial}" first, but that exists, and nothing says that it is an unfinished image. ` +
        'Rename or remove it, or choose another name.',
      { path: target, partial },
    );
  }
  const isSame = found.fingerprint === settings.fingerprint && found.layout === settings.layout;
  const isAnew = overwrite && !part; // parts that may overwrite share what the first of them has begun
  if (isSame && settings.fingerprint !== undefined && !isAnew) return true;
  if (found.fingerprint !== undefined && !overwrite) throw otherSettings(target, found, settings);
  await fs.rm(partial, { recursive: true, force: true });
  return false;
}

function otherSettings(target: string, found: Partial<RunSettings>, wanted: RunSettings): BrushwoodError {
  const isOther = found.fingerprint !== wanted.fingerprint;
  return new BrushwoodError(
    'other-settings',
    `"${target}.partial" is an unfinished image of ${isOther ? 'another project, input or options' : 'another shape or layout'}. ` +
      'Finish it with the settings it was begun with, begin anew by allowing to overwrite it, or choose another name.',
    { path: target, found: found.fingerprint ?? null, wanted: wanted.fingerprint ?? null },
  );
}

async function begin({ objects, settings }: ImageClaim, partial: string): Promise<void> {
  const drafts = `${partial}.begun-`;
  for (const name of await fs.readdir(dirname(partial))) {
    // Left by a run that was killed right here; it is our turn, so that none is alive.
    if (name.startsWith(basename(drafts))) await fs.rm(join(dirname(partial), name), { recursive: true, force: true });
  }
  const draft = `${drafts}${crypto.randomUUID()}`;
  await fs.mkdir(join(draft, draftFolder), { recursive: true });
  // All at once: they are flushed together then.
  await Promise.all(
    Object.entries(objects).map(async ([key, content]) => {
      await fs.mkdir(dirname(join(draft, key)), { recursive: true });
      await replaceFile(join(draft, key), JSON.stringify(content, undefined, 2));
    }),
  );
  await replaceFile(join(draft, settingsFile), JSON.stringify(settings));
  await fs.rename(draft, partial);
}
