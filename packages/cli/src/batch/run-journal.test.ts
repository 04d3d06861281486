import { createContainer, wholeRoi } from '@brushwood/core';
import { omeZarr } from '@brushwood/io-zarr';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plugins } from '../plugins.ts';
import { sampleImage, writeImage } from '../testing/sample-project.ts';
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts';
import { isFinished } from './output-state.ts';
import { journalName, RunJournal } from './run-journal.ts';

const { catalog } = createContainer(plugins);
let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(async () => {
  folder = await temporaryFolder();
  writeFileSync(at('a.tif'), 'abc');
});
afterEach(() => removeFolder(folder));

const caught = async (action: () => unknown) => {
  try {
    return { value: await action() };
  } catch (error) {
    return { code: (error as { code?: string }).code, message: (error as Error).message };
  }
};

describe('RunJournal', () => {
  it('knows a finished file in the next run, by its name in its folder', () => {
    new RunJournal().add({ path: at('a.tif') }, { fingerprint: 'one' });
    expect(new RunJournal().recordOf(at('a.tif'))).toMatchObject({ name: 'a.tif', size: 3, fingerprint: 'one' });
    expect(new RunJournal().recordOf(at('b.tif'))).toBeUndefined();
  });

  it('forgets a file that was removed or has another size', () => {
    new RunJournal().add({ path: at('a.tif') }, { fingerprint: 'one' });
    writeFileSync(at('a.tif'), 'ab');
    expect(new RunJournal().recordOf(at('a.tif'))).toBeUndefined();
    rmSync(at('a.tif'));
    expect(new RunJournal().recordOf(at('a.tif'))).toBeUndefined();
  });

  it('notices a file that is lost from an image that is a folder', () => {
    mkdirSync(at('v.zarr/0'), { recursive: true });
    writeFileSync(at('v.zarr/0/c0'), 'abc');
    new RunJournal().add({ path: at('v.zarr') }, { fingerprint: 'one' });
    expect(new RunJournal().recordOf(at('v.zarr'))).toMatchObject({ size: 3 });
    rmSync(at('v.zarr/0/c0'));
    expect(new RunJournal().recordOf(at('v.zarr'))).toBeUndefined();
  });

  it('takes the last of several lines, tells datasets of a file apart, and skips a line that was cut off', () => {
    const journal = new RunJournal();
    journal.add({ path: at('a.tif') }, { fingerprint: 'one' });
    journal.add({ path: at('a.tif') }, { fingerprint: 'two' });
    journal.add({ path: at('a.tif'), innerPath: 'raw' }, { fingerprint: 'three' });
    appendFileSync(at(journalName), '{"name":"a.tif","si');
    expect(readFileSync(at(journalName), 'utf8').split('\n')).toHaveLength(4);
    expect(new RunJournal().recordOf(at('a.tif'))?.fingerprint).toBe('two');
    expect(new RunJournal().recordOf({ path: at('a.tif'), innerPath: 'raw' })?.fingerprint).toBe('three');
  });
});

describe('isFinished', () => {
  const check = (name: string, fingerprint: string) =>
    caught(() => isFinished(catalog, { path: at(name) }, { journal: new RunJournal(), fingerprint }));

  it('is true for the same settings, and false for what is not there', async () => {
    new RunJournal().add({ path: at('a.tif') }, { fingerprint: 'one' });
    expect(await check('a.tif', 'one')).toEqual({ value: true });
    expect(await check('b.tif', 'one')).toEqual({ value: false });
  });

  it('refuses other settings and unknown files, naming --force', async () => {
    expect(await check('a.tif', 'one')).toMatchObject({
      code: 'already-exists',
      message: expect.stringContaining('--force'),
    });
    new RunJournal().add({ path: at('a.tif') }, { fingerprint: 'one' });
    expect(await check('a.tif', 'two')).toMatchObject({
      code: 'other-settings',
      message: expect.stringContaining('--force'),
    });
  });

  it('leaves folders that are not known to their format, which may go on with them', async () => {
    mkdirSync(at('v.zarr'));
    expect(await check('v.zarr', 'one')).toEqual({ value: false });
  });

  it('is false for a dataset that is no longer in its file, though another one is', async () => {
    const place = { path: at('all.h5'), innerPath: 'im1' };
    const image = sampleImage([1, 1, 1, 8, 8]);
    const finished = () => isFinished(catalog, place, { journal: new RunJournal(), fingerprint: 'one' });
    await writeImage(place.path, image, place);
    new RunJournal().add(place, { fingerprint: 'one' });
    expect(await finished()).toBe(true);
    rmSync(place.path);
    await writeImage(place.path, sampleImage([1, 1, 1, 64, 64]), { innerPath: 'im2' });
    expect(await finished()).toBe(false);
  });

  describe('of OME-Zarr', () => {
    const spec = { axes: 'yx', shape: [1, 1, 1, 8, 8], dtype: 'uint8', content: 'intensity' } as const;
    const write = async (place: { path: string; innerPath?: string }, fingerprint: string) => {
      const sink = await omeZarr.create!(place, spec, { overwrite: true, resume: { fingerprint } });
      await sink.write(wholeRoi(spec.shape), sampleImage(spec.shape));
      await sink.close();
    };
    const finished = (place: { path: string; innerPath?: string }, fingerprint: string) =>
      isFinished(catalog, place, { journal: new RunJournal(), fingerprint });

    it('is false for an image that was removed from its container', async () => {
      const [one, two] = ['im1', 'im2'].map((innerPath) => ({ path: at('all.zarr'), innerPath }));
      for (const place of [one!, two!]) {
        await write(place, 'same');
        new RunJournal().add(place, { fingerprint: 'same' });
      }
      rmSync(at('all.zarr/im1'), { recursive: true });
      expect([await finished(one!, 'same'), await finished(two!, 'same')]).toEqual([false, true]);
    });

    it('goes by what the image keeps where the note is of an older one, and by the note where something is lost', async () => {
      const place = { path: at('v.zarr') };
      await write(place, 'new');
      const record = { name: 'v.zarr', size: 1, mtime: 1000, fingerprint: 'old' };
      writeFileSync(at(journalName), `${JSON.stringify(record)}\n`);
      expect(await finished(place, 'new')).toBe(true);
      writeFileSync(at(journalName), '');
      new RunJournal().add(place, { fingerprint: 'new' });
      rmSync(at('v.zarr/0'), { recursive: true });
      expect(await finished(place, 'new')).toBe(false);
    });
  });
});
