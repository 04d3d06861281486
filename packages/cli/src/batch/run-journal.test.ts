import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeFolder, temporaryFolder } from '../testing/temporary-folder.ts';
import { isFinished } from './output-state.ts';
import { journalName, RunJournal } from './run-journal.ts';

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
    caught(() => isFinished({ path: at(name) }, new RunJournal(), fingerprint));

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
});
