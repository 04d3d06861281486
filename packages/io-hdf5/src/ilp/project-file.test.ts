import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { BrushwoodError, type SaveOptions } from '@brushwood/core';
import { memoryImageSource } from '@brushwood/core/testing';
import { describe, expect, it } from 'vitest';
import { hdf5 } from '../format.ts';
import {
  lane,
  newProject,
  noImages,
  projectPlaces,
  saveAs,
  volume,
  volumeShape,
} from '../testing/sample-project.node.ts';
import { fixturePath, temporaryFolder } from '../testing/temporary-folder.node.ts';
import { runWithFileLimit } from '../testing/limited-process.node.ts';
import { ilpStore } from './ilp-store.ts';

const folder = temporaryFolder();
const place = projectPlaces(folder);
const gray2d = fixturePath('ilp/gray2d.ilp');
const filesBeside = (path: string) => readdirSync(join(path, '..')).sort();

describe('the file on disk', () => {
  async function saved() {
    const path = place();
    copyFileSync(gray2d, path);
    const { project } = await ilpStore.load({ path });
    return { path, project, before: readFileSync(path) };
  }
  const failures: [string, Partial<SaveOptions>, string][] = [
    ['an image that cannot be opened', {}, 'not-found'],
    ['an image that fails half-way', { openImage: async () => failingImage() }, 'broken-file'],
    ['an abort', { signal: AbortSignal.abort() }, 'aborted'],
    ['a failure of unknown kind', { openImage: () => Promise.reject(new Error('boom')) }, 'write-failed'],
  ];
  let reads = 0; // of two images, the second fails
  function failingImage() {
    const source = memoryImageSource(volume);
    return {
      ...source,
      info: source.info,
      close: () => source.close(),
      read: (...args: Parameters<typeof source.read>) =>
        reads++ > 0 ? Promise.reject(new BrushwoodError('broken-file', 'bad chunk')) : source.read(...args),
    };
  }
  it.each(failures)('is what it was after %s', async (_, options, code) => {
    const { path, project, before } = await saved();
    const large = lane({ storage: 'embedded', shape: volumeShape });
    const changed = { ...project, lanes: [...project.lanes, large, large] };
    await expect(ilpStore.save(changed, { path }, { ...noImages, ...options })).rejects.toMatchObject({ code });
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(filesBeside(path)).toEqual(['project.ilp']);
  });
  it.skipIf(process.platform !== 'linux')('is what it was when the disk is full (needs bash on Linux)', async () => {
    const { path, before } = await saved();
    const script = `
      const { ilpStore } = await import('./packages/io-hdf5/dist/index.js');
      const location = { path: ${JSON.stringify(path)} };
      const { project } = await ilpStore.load(location);
      await ilpStore.save(project, location, {}).catch((error) => console.log(error.code));`;
    expect(runWithFileLimit(script, 100)).toContain('write-failed');
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(filesBeside(path)).toEqual(['project.ilp']);
  });
  it('keeps the previous generation beside it', async () => {
    const { path, project, before } = await saved();
    await saveAs(project, path);
    expect(filesBeside(path)).toEqual(['project.ilp', 'project.ilp.bak']);
    expect(readFileSync(`${path}.bak`).equals(before)).toBe(true);
    const second = readFileSync(path);
    await saveAs(project, path);
    expect(readFileSync(`${path}.bak`).equals(second)).toBe(true);
  });
  it('can be saved again and again from memory, also several times at once', async () => {
    const { path, project } = await saved();
    await Promise.all([1, 2, 3].map(() => ilpStore.save(project, { path }, noImages)));
    const { project: again } = await ilpStore.load({ path });
    expect(again.lanes[0]!.rawData.location).toEqual(project.lanes[0]!.rawData.location);
    const source = await hdf5.open(again.lanes[0]!.rawData.location);
    expect(source.info.shape).toEqual([1, 1, 1, 72, 96]);
    await source.close();
    expect(filesBeside(path)).toEqual(['project.ilp', 'project.ilp.bak']);
  });
  it('stays behind the link it is reached by', async () => {
    const { path, project } = await saved();
    const link = join(folder, 'link.ilp');
    symlinkSync(path, link);
    await saveAs(project, link);
    expect(filesBeside(path)).toContain('project.ilp.bak');
    expect(existsSync(`${link}.bak`)).toBe(false);
  });
  it('is never overwritten by what was read incompletely', async () => {
    const { path, project, before } = await saved();
    const save = ilpStore.save({ ...project, isIncomplete: true }, { path }, noImages);
    await expect(save).rejects.toMatchObject({ code: 'project-incomplete' });
    expect(readFileSync(path).equals(before)).toBe(true);
  });
  it('needs a folder', async () => {
    const { project } = await saved();
    const save = ilpStore.save(project, { path: join(folder, 'none', 'a.ilp') }, noImages);
    await expect(save).rejects.toMatchObject({ code: 'write-failed' });
  });
});

describe('the lock', () => {
  const lockOf = (path: string) => `${path}.lock`;
  const own = () => JSON.parse(readFileSync(lockOf(locked), 'utf8')) as Record<string, unknown>;
  const locked = place();

  it('is held by one, who is named to others', async () => {
    const { release } = await ilpStore.lock({ path: locked });
    expect(own()).toMatchObject({ pid: process.pid });
    await expect(ilpStore.lock({ path: locked })).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining(String(process.pid)),
    });
    await release();
    await (await ilpStore.lock({ path: locked })).release();
    expect(filesBeside(locked)).toEqual([]);
  });
  it('of this process lets it save', async () => {
    const lock = await ilpStore.lock({ path: locked });
    await saveAs(newProject([]), locked);
    expect(existsSync(lockOf(locked))).toBe(true);
    await lock.release();
    expect(existsSync(lockOf(locked))).toBe(false);
  });
  it('is given to one of many who ask at once', async () => {
    const taken = await Promise.allSettled(Array.from({ length: 8 }, () => ilpStore.lock({ path: locked })));
    const winners = taken.filter((result) => result.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    await winners[0]!.value.release();
  });
  it.each([
    ['is gone', (entry: object) => ({ ...entry, pid: 2 ** 22 + 1 })], // above Linux' largest process number
    ['was an earlier one of our number', (entry: object) => ({ ...entry, startedAt: 0 })],
  ])('is taken over if its process %s', async (_, change) => {
    const first = await ilpStore.lock({ path: locked });
    writeFileSync(lockOf(locked), JSON.stringify({ ...change(own()), token: 'other' }));
    const second = await ilpStore.lock({ path: locked });
    expect(own()).toMatchObject({ pid: process.pid });
    await first.release(); // no longer its own: stays
    expect(existsSync(lockOf(locked))).toBe(true);
    await second.release();
    expect(filesBeside(locked).filter((name) => name.includes('.lock'))).toEqual([]);
  });
  it('of another computer is respected, also by saves', async () => {
    writeFileSync(lockOf(locked), JSON.stringify({ pid: 1, host: 'another-host', startedAt: 0, token: 't' }));
    const refused = { code: 'locked', message: expect.stringContaining('another-host') };
    await expect(ilpStore.lock({ path: locked })).rejects.toMatchObject(refused);
    await expect(ilpStore.save(newProject([]), { path: locked }, noImages)).rejects.toMatchObject(refused);
    rmSync(lockOf(locked));
  });
  it('leaves a half-written file of a crash no power', async () => {
    writeFileSync(lockOf(locked), '');
    await (await ilpStore.lock({ path: locked })).release();
    expect(filesBeside(locked).filter((name) => name.startsWith(`${basename(locked)}.lock`))).toEqual([]);
  });
});
