import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openTestPage, type TestPage } from '../testing/browser.ts';
import { bundleForTests } from '../testing/bundle-for-tests.ts';
import { loadProject } from '../testing/projects.page.ts';
import { readWhole } from '../testing/read-image.ts';
import { noiseImage, sampleFolder, writeImage } from '../testing/sample-images.ts';

type Homes = typeof import('../testing/homes.page.ts');
type ReadImages = typeof import('../testing/read-image.page.ts');
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

describe.skipIf(!hasBrowser)('a project in a file of this computer', { timeout: 60_000 }, async () => {
  const folder = await sampleFolder();
  let test: TestPage;
  beforeAll(async () => {
    const bundle = await bundleForTests({
      homes: here('../testing/homes.page.ts'),
      'read-image': here('../testing/read-image.page.ts'),
    });
    await writeImage(join(folder, 'cells.tif'), noiseImage([1, 1, 1, 40, 50]));
    test = await openTestPage({ files: { ...bundle, '/made': folder } });
  }, 60_000);

  it('is saved in place again and again, and its embedded image stays readable', async () => {
    const found = await test.page.evaluate(async () => {
      const { homeOf, makeProject, privateFile } = await importModule<Homes>('/homes.js');
      const { fetchFile, readTwice } = await importModule<ReadImages>('/read-image.js');
      const handle = await privateFile('cells.ilp');
      const home = homeOf({ name: 'cells.ilp', handle });
      const blob = await fetchFile('/made/cells.tif');
      const first = await home.save(await makeProject([{ path: 'cells.tif', blob, storage: 'embedded' }]));
      const reloaded = (await homeOf({ name: 'cells.ilp', handle }).load())!;
      const second = await home.save(first.project);
      const third = await home.save(second.project);
      const images = [];
      // The file that the first of them was read from has been replaced twice by now.
      for (const { lanes } of [reloaded, third.project]) images.push(await readTwice(lanes[0]!.rawData.location));
      return { canSaveInPlace: home.canSaveInPlace, images, size: (await handle.getFile()).size };
    });
    expect(found.canSaveInPlace).toBe(true);
    expect(found.size).toBeGreaterThan(4000);
    const { levels } = await readWhole({ path: join(folder, 'cells.tif') });
    for (const { page, worker } of found.images) expect([page, worker]).toMatchObject([{ levels }, { levels }]);
  });

  it('is not saved over the work of another window', async () => {
    const found = await test.page.evaluate(async () => {
      const { homeOf, makeProject, privateFile } = await importModule<Homes>('/homes.js');
      const { fetchFile } = await importModule<ReadImages>('/read-image.js');
      const handle = await privateFile('shared.ilp');
      const blob = await fetchFile('/made/cells.tif');
      const project = await makeProject([{ path: 'cells.tif', blob, storage: 'relative' }]);
      await homeOf({ name: 'shared.ilp', handle }).save(project);
      const [mine, theirs] = [homeOf({ name: 'shared.ilp', handle }), homeOf({ name: 'shared.ilp', handle })];
      await Promise.all([mine.load(), theirs.load()]);
      await new Promise((resolve) => setTimeout(resolve, 20)); // times of files are in milliseconds
      await theirs.save({ ...project, classes: [...project.classes, { ...project.classes[0]!, name: 'third' }] });
      const code = await mine.save(project).catch((error: { code: string }) => error.code);
      return { code, classes: (await homeOf({ name: 'shared.ilp', handle }).load())!.classes.length };
    });
    expect(found).toEqual({ code: 'other-settings', classes: 3 });
  });

  it('keeps the old file if the new one cannot be written whole', async () => {
    const found = await test.page.evaluate(async () => {
      const { homeOf, makeProject, privateFile } = await importModule<Homes>('/homes.js');
      const { fetchFile } = await importModule<ReadImages>('/read-image.js');
      const handle = await privateFile('kept.ilp');
      const blob = await fetchFile('/made/cells.tif');
      const home = homeOf({ name: 'kept.ilp', handle });
      const { project } = await home.save(await makeProject([{ path: 'cells.tif', blob, storage: 'relative' }]));
      const { createWritable } = FileSystemFileHandle.prototype;
      FileSystemFileHandle.prototype.createWritable = async function (...options) {
        const stream = await createWritable.apply(this, options);
        const { close } = stream;
        stream.close = () => Promise.reject(new DOMException('The disk is full.', 'QuotaExceededError'));
        return Object.assign(stream, { realClose: close });
      };
      const classes = [...project.classes, { ...project.classes[0]!, name: 'third' }];
      const failed = await home.save({ ...project, classes }).catch((error: { code: string }) => error.code);
      FileSystemFileHandle.prototype.createWritable = createWritable;
      const left = (await homeOf({ name: 'kept.ilp', handle }).load())!.classes.length;
      const again = await home.save({ ...project, classes });
      return { failed, left, again: again.project.classes.length };
    });
    expect(found).toEqual({ failed: 'write-failed', left: 2, again: 3 });
  });

  it('is downloaded where there is no handle', async () => {
    const downloading = test.page.waitForEvent('download');
    const canSaveInPlace = await test.page.evaluate(async () => {
      const { homeOf, makeProject } = await importModule<Homes>('/homes.js');
      const { fetchFile } = await importModule<ReadImages>('/read-image.js');
      const blob = await fetchFile('/made/cells.tif');
      const home = homeOf({ name: 'cells.ilp' });
      await home.save(await makeProject([{ path: 'cells.tif', blob, storage: 'embedded' }]));
      return home.canSaveInPlace;
    });
    const download = await downloading;
    expect([canSaveInPlace, download.suggestedFilename()]).toEqual([false, 'cells.ilp']);
    const path = join(folder, 'downloaded.ilp');
    await download.saveAs(path);
    const { lanes } = await loadProject({ path });
    expect((await readWhole(lanes[0]!.rawData.location)).levels).toEqual(
      (await readWhole({ path: join(folder, 'cells.tif') })).levels,
    );
  });

  it('is found again among the recent projects, by its handle or as a copy', async () => {
    await test.page.evaluate(async () => {
      const { privateFile, RecentProjects } = await importModule<Homes>('/homes.js');
      const recent = await RecentProjects.open({ limit: 3 });
      const handle = await privateFile('cells.ilp');
      await recent.remember({ name: 'old.ilp' });
      await recent.remember({ name: 'cells.ilp', handle }, new Blob(['picture']));
      await recent.remember({ name: 'copy.ilp', blob: (await handle.getFile()).slice() });
      await recent.remember({ name: 'large.ilp', blob: new Blob() });
      await recent.remember({ name: 'cells.ilp', handle });
    });
    await test.page.reload();
    const found = await test.page.evaluate(async () => {
      const { homeOf, RecentProjects } = await importModule<Homes>('/homes.js');
      const recent = await RecentProjects.open();
      const list = await recent.list();
      const [cells, , copy] = list;
      const projects = [];
      for (const { id } of [cells!, copy!])
        projects.push((await homeOf((await recent.locate(id))!).load())!.lanes.length);
      await recent.forget(copy!.id);
      return {
        names: list.map(({ name, isReachable }) => [name, isReachable]),
        picture: await cells!.thumbnail?.text(),
        projects,
        left: (await recent.list()).length,
      };
    });
    const names = [
      ['cells.ilp', true],
      ['large.ilp', true],
      ['copy.ilp', true],
    ];
    expect(found).toEqual({ names, picture: 'picture', projects: [1, 1], left: 2 });
  });
});
