import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wholeRoi } from '@brushwood/core';
import { describe, expect, it, vi } from 'vitest';
import { runtime } from '#hdf5-runtime';
import { hdf5 } from './format.ts';
import { fixturePath, temporaryFolder } from './testing/temporary-folder.node.ts';

const folder = temporaryFolder();
const single = fixturePath('hdf5/single.h5');

async function readSingle(): Promise<number> {
  const source = await hdf5.open({ path: single });
  const { data } = await source.read(wholeRoi(source.info.shape));
  await source.close();
  return data.length;
}

describe('the HDF5 library', () => {
  it('survives thousands of errors', async () => {
    const { h5, run } = await runtime.library();
    const file = run(() => new h5.File(single, 'r'));
    // Without care the C stack is used up after some 2,200 errors of any kind; this one is quick.
    let failures = 0;
    for (let i = 0; i < 2500; i++) {
      try {
        run(() => h5.Module.get_dataset_metadata(file.file_id, '/missing'));
      } catch (error) {
        if (String(error).includes('HDF5-DIAG')) failures++;
      }
    }
    expect(failures).toBe(2500);
    run(() => file.close());
    expect(await readSingle()).toBe(24);
  });
  it('leaves no file open after an error', async () => {
    const { h5, run } = await runtime.library();
    const path = join(folder, 'cut.h5');
    writeFileSync(path, readFileSync(single).subarray(0, 1000));
    const openFiles = () => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0);
    const before = openFiles();
    for (let i = 0; i < 100; i++) expect(() => run(() => new h5.File(path, 'r'))).toThrow(/HDF5-DIAG/);
    expect(openFiles() - before).toBeLessThan(10);
    expect(await readSingle()).toBe(24);
  });
  it('is loaded anew after a crash, and files that were open say so', async () => {
    const source = await hdf5.open({ path: single });
    const library = await runtime.library();
    const crash = () =>
      library.run(() => {
        throw new WebAssembly.RuntimeError('unreachable');
      });
    expect(crash).toThrow('unreachable');
    await expect(source.read(wholeRoi(source.info.shape))).rejects.toMatchObject({ code: 'internal' });
    await source.close();
    expect(await readSingle()).toBe(24);
    expect(await runtime.library()).not.toBe(library);
  });
});

describe('in the browser', () => {
  it('reads images and projects from blobs, and saves into one', async () => {
    vi.resetModules();
    vi.doMock('#hdf5-runtime', () => import('./hdf5-runtime.browser.ts'));
    const browser = await import('./index.ts');
    const image = { path: 'single.h5', blob: new Blob([readFileSync(single)]) };
    expect(await browser.hdf5.probe(image)).toBe(true);
    const source = await browser.hdf5.open(image);
    expect((await source.read(wholeRoi(source.info.shape))).data).toHaveLength(24);
    await source.close();
    const blob = new Blob([readFileSync(fixturePath('ilp/gray2d.ilp'))]);
    const { project, warnings } = await browser.ilpStore.load({ path: 'gray2d.ilp', blob });
    expect(warnings).toEqual([]);
    expect(project.classifier.model).toMatchObject({ featureCount: 49 });
    const openImage = () => Promise.reject(new Error('the image is in the project'));
    const saved = await browser.ilpStore.save(project, { path: 'copy.ilp' }, { openImage });
    const again = await browser.ilpStore.load({ path: 'copy.ilp', blob: saved.blob });
    expect(again.project.classifier).toEqual(project.classifier);
    expect(again.project.lanes[0]!.rawData.location).toMatchObject({ path: 'copy.ilp', blob: saved.blob });
    await expect(browser.hdf5.open({ path: single })).rejects.toMatchObject({ code: 'not-found' });
    vi.doUnmock('#hdf5-runtime');
  });
});
