import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerHome } from './server-home.ts';
import { hasBrowser, openTestPage, type TestPage } from '../testing/browser.ts';
import { startUi, type RunningUi } from '../testing/start-ui.ts';
import { noiseImage, sampleFolder, writeImage } from '../testing/sample-images.ts';

/** The test runner rewrites an `import()` of functions for the page; the page has to have its own. */
async function enter(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.evaluate('globalThis.importModule = (address) => import(address)');
}

const image = noiseImage([1, 1, 1, 300, 400], 'uint8');
const dropped = noiseImage([1, 1, 1, 30, 40], 'uint8');

describe.skipIf(!hasBrowser)('a page of brushwood ui (needs Chromium)', { timeout: 60_000 }, async () => {
  const folder = await sampleFolder();
  let ui: RunningUi;
  let test: TestPage;
  beforeAll(async () => {
    await writeImage(join(folder, 'cells.tif'), image);
    await writeImage(join(folder, 'dropped.tif'), dropped);
    ui = await startUi(folder, ['cells.tif']);
    test = await openTestPage();
    await enter(test.page, ui.url);
  }, 60_000);
  afterAll(() => ui?.child.kill('SIGKILL'));

  it('comes in with the token, which leaves the address, and is isolated', async () => {
    expect(test.page.url()).toBe(`${new URL(ui.url).origin}/`);
    expect(await test.page.evaluate(() => crossOriginIsolated)).toBe(true);
  });
  it('knows its home', async () => {
    const facts = await test.page.evaluate(async () => {
      const { createServerHome } = await importModule('/brushwood.js');
      const home = (await createServerHome())!;
      return [home.name, home.path, home.canSaveInPlace, home.images] as const;
    });
    const images = [{ id: '0', nickname: 'cells', path: join(folder, 'cells.tif') }];
    expect(facts).toEqual(['cells.ilp', join(folder, 'cells.ilp'), true, images]);
  });
  it('reads its image behind the server, as it is in the file', async () => {
    const found = await test.page.evaluate(async () => {
      const { createServerHome, composeServices } = await importModule('/brushwood.js');
      const project = (await (await createServerHome())!.load())!;
      const { location, axes, shape } = project.lanes[0]!.rawData;
      const { catalog, pool } = composeServices({ workers: 1 });
      const source = await catalog.formats.find(({ id }) => id === 'ome-zarr')!.open(location, { axes });
      const { data } = await source.read({ start: [0, 0, 0, 0, 0], stop: shape });
      await pool.close();
      return { path: location.path, values: [...(data as Uint8Array)] };
    });
    expect(found.path).toBe(`${new URL(ui.url).origin}/api/images/0.zarr`);
    expect(Buffer.from(found.values).equals(Buffer.from(image.data.buffer as ArrayBuffer))).toBe(true);
  });
  it('saves, and saves again from there', async () => {
    const names = await test.page.evaluate(async () => {
      const { createServerHome } = await importModule('/brushwood.js');
      const home = (await createServerHome())!;
      let project = (await home.load())!;
      for (const name of ['first', 'second']) {
        const classes = [{ ...project.classes[0]!, name }, ...project.classes.slice(1)];
        ({ project } = await home.save({ ...project, classes }));
      }
      return [project.classes[0]!.name, project.lanes[0]!.rawData.location.path];
    });
    expect(names).toEqual(['second', `${new URL(ui.url).origin}/api/images/0.zarr`]);
    expect(readFileSync(join(folder, 'cells.ilp')).subarray(1, 4).toString()).toBe('HDF');
  });
  it('does not save over what another window saved', async () => {
    const other = await test.context.newPage();
    await enter(other, new URL(ui.url).origin);
    const save = async (page: Page) =>
      page.evaluate(async () => {
        const { createServerHome } = await importModule('/brushwood.js');
        const state = globalThis as { home?: Awaited<ReturnType<typeof createServerHome>>; project?: object };
        if (!state.home) {
          state.home = (await createServerHome())!;
          state.project = await state.home.load();
          return 'loaded';
        }
        const outcome = state.home.save(state.project as never);
        return outcome.then(
          () => 'saved',
          (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
        );
      });
    expect([await save(test.page), await save(other), await save(other)]).toEqual(['loaded', 'loaded', 'saved']);
    expect(await save(test.page)).toMatch(/^other-settings: .*another window/);
    // The browser writes failed requests on its console.
    expect(test.takeErrors().every((error) => error.includes('412'))).toBe(true);
    const copy = await test.page.evaluate(() => {
      const { home, project } = globalThis as { home?: ServerHome; project?: object };
      return home!.saveCopy(project as never);
    });
    expect(copy).toBe(join(folder, 'cells-copy.ilp'));
    expect(readFileSync(copy).subarray(1, 4).toString()).toBe('HDF');
    await other.close();
  });
  it('sends the voxels of a file it was given', async () => {
    const bytes = [...readFileSync(join(folder, 'dropped.tif'))];
    const found = await test.page.evaluate(async (content) => {
      const { createServerHome, composeServices } = await importModule('/brushwood.js');
      const { catalog, pool } = composeServices({ workers: 1 });
      const byId = (wanted: string) => catalog.formats.find(({ id }) => id === wanted)!;
      const tiff = catalog.formats.find(({ extensions }) => extensions.includes('.tif'))!;
      const home = (await createServerHome({ openImage: ({ location }) => tiff.open(location) }))!;
      const project = (await home.load())!;
      const location = { path: 'dropped.tif', blob: new File([Uint8Array.from(content)], 'dropped.tif') };
      const shape = [1, 1, 1, 30, 40] as const;
      const rawData = { ...project.lanes[0]!.rawData, nickname: 'dropped', location, shape, axes: 'yx' };
      const labels = { shape, chunkShape: shape, chunks: new Map<number, Uint8Array>() };
      const saved = await home.save({ ...project, lanes: [...project.lanes, { rawData, labels }] });
      const kept = saved.project.lanes[1]!.rawData;
      const source = await byId('ome-zarr').open(kept.location, { axes: kept.axes });
      const { data } = await source.read({ start: [0, 0, 0, 0, 0], stop: shape });
      await pool.close();
      return { storage: kept.storage, path: kept.location.path, values: [...(data as Uint8Array)] };
    }, bytes);
    expect(found).toMatchObject({ storage: 'embedded', path: `${new URL(ui.url).origin}/api/images/1.zarr` });
    expect(Buffer.from(found.values).equals(Buffer.from(dropped.data.buffer as ArrayBuffer))).toBe(true);
  });
  it('adds images that lie beside its project', async () => {
    const found = await test.page.evaluate(async () => {
      const { createServerHome } = await importModule('/brushwood.js');
      const home = (await createServerHome())!;
      const [root] = await home.listFiles();
      const files = await home.listFiles(root!.path);
      const [image] = await home.openFiles([files.find(({ name }) => name === 'dropped.tif')!.path]);
      const outside = await home.openFiles(['0/../secret.tif']).catch(({ code }: { code: string }) => code);
      return { names: files.map(({ name }) => name), shape: image!.shape, path: image!.location.path, outside };
    });
    expect(found).toMatchObject({
      names: ['cells.tif', 'dropped.tif'],
      shape: [1, 1, 1, 30, 40],
      outside: 'not-found',
    });
    expect(found.path).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/images\/\d+\.zarr$/);
    expect(test.takeErrors().every((error) => error.includes('404'))).toBe(true);
  });
  it('says that its server has gone', async () => {
    const message = await test.page.evaluate(async () => {
      const { createServerHome } = await importModule('/brushwood.js');
      const state = globalThis as { gone?: [Awaited<ReturnType<typeof createServerHome>>, object] };
      const home = (await createServerHome())!;
      state.gone = [home, await home.load()!.then((project) => project!)];
      return home.name;
    });
    expect(message).toBe('cells.ilp');
    ui.child.removeAllListeners('exit');
    ui.child.kill('SIGKILL');
    const error = await test.page.evaluate(async () => {
      const [home, project] = (globalThis as unknown as { gone: [{ save(project: object): Promise<void> }, object] })
        .gone;
      return home.save(project).then(
        () => undefined,
        ({ code, message }: { code: string; message: string }) => ({ code, message }),
      );
    });
    expect(error).toMatchObject({ code: 'write-failed' });
    expect(error?.message).toContain('cells.ilp');
    expect(test.takeErrors().every((text) => /ERR_CONNECTION|Failed to fetch/.test(text))).toBe(true);
  });
});

describe.skipIf(!hasBrowser)('a page of any other server (needs Chromium)', () => {
  it('has no such home', async () => {
    const { page } = await openTestPage();
    const home = await page.evaluate(async () => (await importModule('/brushwood.js')).createServerHome());
    expect(home).toBeUndefined();
  });
});
