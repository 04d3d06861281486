import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openTestPage, type TestPage } from '../testing/browser.ts';
import { bundleForTests } from '../testing/bundle-for-tests.ts';
import { noiseImage, sampleFolder, writeImage } from '../testing/sample-images.ts';

type Journal = typeof import('../testing/journal.page.ts');
type ReadImages = typeof import('../testing/read-image.page.ts');
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

describe.skipIf(!hasBrowser)('the journal of strokes', { timeout: 60_000 }, async () => {
  const folder = await sampleFolder();
  let bundle: Record<string, Uint8Array> = {};
  beforeAll(async () => {
    bundle = await bundleForTests({
      journal: here('../testing/journal.page.ts'),
      'read-image': here('../testing/read-image.page.ts'),
    });
    await writeImage(join(folder, 'cells.tif'), noiseImage([1, 1, 1, 200, 300]));
  }, 60_000);
  const open = (): Promise<TestPage> => openTestPage({ files: { ...bundle, '/made': folder } });

  /** Paints `count` strokes of label 1 in rows 1, 2, … and waits a second after the last. */
  const paint = (page: Page, count: number, name = 'cells.ilp') =>
    page.evaluate(
      async ([count, name]) => {
        const { newSession, StrokeJournal, stateOf, stroke } = await importModule<Journal>('/journal.js');
        const { fetchFile } = await importModule<ReadImages>('/read-image.js');
        const blob = await fetchFile('/made/cells.tif');
        const session = await newSession({ path: 'cells.tif', blob, storage: 'relative' });
        const journal = await StrokeJournal.open({ name });
        for (let y = 1; y <= count; y++) {
          stroke(session, y, 1);
          journal.note(stateOf(session));
        }
        Object.assign(globalThis, { session, journal });
        await new Promise((resolve) => setTimeout(resolve, 1000));
      },
      [count, name] as const,
    );

  /** Takes what an ended page left, and reads what it is. */
  const recover = (page: Page) =>
    page.evaluate(async () => {
      const { rows, ProjectSession, StrokeJournal } = await importModule<Journal>('/journal.js');
      const { readTwice } = await importModule<ReadImages>('/read-image.js');
      const journal = await StrokeJournal.open({ name: 'cells.ilp' });
      const found = await journal.recover();
      const recovered = [];
      for (const { id, name, stepCount, missingImages } of found) {
        const { project, undo, redo } = (await journal.take(id))!;
        const session = new ProjectSession(project);
        session.restore(project, { undo, redo });
        const before = rows(session.project, 6);
        session.undo();
        const image = await readTwice(project.lanes[0]!.rawData.location);
        const shape = 'shape' in image.worker ? image.worker.shape : undefined;
        recovered.push({ name, stepCount, missingImages, rows: before, afterUndo: rows(session.project, 6), shape });
      }
      await journal.flush();
      return { recovered, left: (await journal.recover()).length };
    });

  /** Waits until the browser knows that pages are closed: the locks of `count` sessions are left. */
  const untilOpenSessions = (page: Page, count: number) =>
    page.waitForFunction(async (count) => (await navigator.locks.query()).held?.length === count, count);
  const threeStrokes = {
    name: 'cells.ilp',
    stepCount: 3,
    missingImages: [],
    rows: [1, 1, 1, 1, 0, 0],
    afterUndo: [1, 1, 1, 0, 0, 0],
    shape: [1, 1, 1, 200, 300],
  };

  it('gives back the strokes of a page that crashed, with the steps to undo and the image', async () => {
    const test = await open();
    await paint(test.page, 3);
    const session = await test.context.newCDPSession(test.page);
    const crashed = test.page.waitForEvent('crash');
    session.send('Page.crash').catch(() => undefined); // the page cannot answer
    await crashed;
    expect(await recover(await test.newPage())).toEqual({ recovered: [threeStrokes], left: 0 });
    await test.close();
  });

  it('gives back the strokes of a closed tab, once', async () => {
    const test = await open();
    await paint(test.page, 3);
    await test.page.close();
    const second = await test.newPage();
    expect((await recover(second)).recovered).toEqual([threeStrokes]);
    // The second page has them now: another one finds nothing while it lives, and the same after it.
    const third = await test.newPage();
    expect((await recover(third)).recovered).toEqual([]);
    await second.close();
    await untilOpenSessions(third, 1);
    expect((await recover(third)).recovered).toEqual([threeStrokes]);
    await test.close();
  });

  it('keeps two tabs apart', async () => {
    const test = await open();
    const other = await test.newPage();
    await Promise.all([paint(test.page, 2, 'first.ilp'), paint(other, 4, 'second.ilp')]);
    const third = await test.newPage();
    expect((await recover(third)).recovered).toEqual([]);
    await Promise.all([test.page.close(), other.close()]);
    await untilOpenSessions(third, 1);
    const { recovered } = await recover(third);
    const found = recovered.map(({ name, rows }) => [name, ...rows]).toSorted(([a], [b]) => (a! < b! ? -1 : 1));
    expect(found).toEqual([
      ['first.ilp', 1, 1, 1, 0, 0, 0],
      ['second.ilp', 1, 1, 1, 1, 1, 0],
    ]);
    await test.close();
  });

  it('has nothing to recover after a save, but the steps to undo', async () => {
    const test = await open();
    await paint(test.page, 3);
    await test.page.evaluate(async () => {
      const { stateOf } = await importModule<Journal>('/journal.js');
      type Kept = { session: Journal['ProjectSession']['prototype']; journal: Journal['StrokeJournal']['prototype'] };
      const { session, journal } = globalThis as unknown as Kept;
      await journal.clear(stateOf(session));
    });
    await test.page.reload();
    const found = await test.page.evaluate(async () => {
      const { newSession, rows, StrokeJournal, stroke } = await importModule<Journal>('/journal.js');
      const { fetchFile } = await importModule<ReadImages>('/read-image.js');
      const blob = await fetchFile('/made/cells.tif');
      const saved = await newSession({ path: 'cells.tif', blob, storage: 'relative' });
      for (let y = 1; y <= 3; y++) stroke(saved, y, 1);
      const journal = await StrokeJournal.open({ name: 'cells.ilp' });
      const left = (await journal.recover()).length;
      const history = await journal.historyOf(saved.project);
      saved.open(saved.project, history);
      saved.undo();
      saved.undo();
      const undone = rows(saved.project, 5);
      stroke(saved, 9, 2); // another project now
      return { left, steps: history?.undo.length, undone, other: await journal.historyOf(saved.project) };
    });
    expect(found).toEqual({ left: 0, steps: 3, undone: [1, 1, 0, 0, 0], other: undefined });
    await test.close();
  });

  it('works in a page that is not secure, where it removes nothing unasked', async () => {
    const test = await openTestPage({ isSecure: false, isolated: false, files: { ...bundle, '/made': folder } });
    await paint(test.page, 3);
    await test.page.reload();
    const found = await recover(test.page);
    // Such a page has no hashes to compare images by.
    expect(found.recovered).toEqual([{ ...threeStrokes, shape: undefined }]);
    // Another page cannot know whether this one lives: it is offered what this one took over, and what it stored.
    expect((await recover(await test.newPage())).recovered).toHaveLength(2);
    await test.close();
  });

  it('says which image was too large to be kept, and where the project file is', async () => {
    const test = await open();
    await test.page.evaluate(async () => {
      const { newSession, StrokeJournal, stateOf, stroke } = await importModule<Journal>('/journal.js');
      const { fetchFile } = await importModule<ReadImages>('/read-image.js');
      const blob = await fetchFile('/made/cells.tif');
      const session = await newSession({ path: 'cells.tif', blob, storage: 'relative' });
      const journal = await StrokeJournal.open({ name: 'new', maxImageBytes: 1000 });
      const folder = await navigator.storage.getDirectory();
      journal.rename('cells.ilp', await folder.getFileHandle('cells.ilp', { create: true }));
      stroke(session, 1, 1);
      journal.note(stateOf(session));
      await journal.flush();
    });
    await test.page.reload();
    const found = await test.page.evaluate(async () => {
      const { StrokeJournal } = await importModule<Journal>('/journal.js');
      const journal = await StrokeJournal.open({ name: 'new' });
      const [work] = await journal.recover();
      const { project } = (await journal.take(work!.id))!;
      const { location } = project.lanes[0]!.rawData;
      return { missing: work!.missingImages, file: work!.handle?.name, path: location.path, isThere: !!location.blob };
    });
    expect(found).toEqual({ missing: ['cells.tif'], file: 'cells.ilp', path: 'cells.tif', isThere: false });
    await test.close();
  });

  it('holds up the page for less than 4 ms at most strokes, with 100 steps on a large image', async () => {
    const test = await open();
    const costs = await test.page.evaluate(async () => {
      const { ProjectSession, StrokeJournal, makeProject, stateOf, stroke } =
        await importModule<Journal>('/journal.js');
      const { fetchFile } = await importModule<ReadImages>('/read-image.js');
      const blob = await fetchFile('/made/cells.tif');
      const small = await makeProject([{ path: 'cells.tif', blob, storage: 'relative' }]);
      // 4096 × 4096 with every chunk of 128 × 128 painted.
      const chunks = new Map(Array.from({ length: 1024 }, (_, i) => [i, new Uint8Array(16384).fill(1)] as const));
      const labels = { shape: [1, 1, 1, 4096, 4096], chunkShape: [1, 1, 1, 128, 128], chunks } as const;
      const session = new ProjectSession({ ...small, lanes: [{ ...small.lanes[0]!, labels }] });
      const journal = await StrokeJournal.open({ name: 'large.ilp' });
      journal.note(stateOf(session));
      await journal.flush();
      const found: number[] = [];
      const original = globalThis.requestIdleCallback;
      // Everything the journal does on the page happens in its idle callback, up to the first wait.
      globalThis.requestIdleCallback = (work, options) =>
        original((deadline) => {
          const from = performance.now();
          work(deadline);
          found.push(performance.now() - from);
        }, options);
      for (let y = 0; y < 110; y++) {
        stroke(session, y * 20, 2);
        const from = performance.now();
        journal.note(stateOf(session));
        found.push(performance.now() - from);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await journal.flush();
      return found.toSorted((a, b) => a - b);
    });
    expect(costs.length).toBeGreaterThan(120);
    expect(costs[Math.floor(costs.length / 2)]).toBeLessThan(4); // the slowest ones tell of the machine that runs the tests
    await test.close();
  });

  it('tells once that the storage is full, and keeps on when there is room again', async () => {
    const test = await open();
    const cdp = await test.context.newCDPSession(test.page);
    const quota = (quotaSize?: number) =>
      cdp.send('Storage.overrideQuotaForOrigin', {
        origin: test.server.origin,
        ...(quotaSize === undefined ? {} : { quotaSize }),
      });
    await quota(1000);
    const problems = await test.page.evaluate(async () => {
      const { newSession, StrokeJournal, stateOf, stroke } = await importModule<Journal>('/journal.js');
      const { fetchFile } = await importModule<ReadImages>('/read-image.js');
      const blob = await fetchFile('/made/cells.tif');
      const session = await newSession({ path: 'cells.tif', blob, storage: 'relative' });
      const told: string[] = [];
      const journal = await StrokeJournal.open({ name: 'full.ilp', onProblem: (message) => told.push(message) });
      for (let y = 1; y <= 4; y++) {
        stroke(session, y, 1);
        journal.note(stateOf(session));
        await journal.flush();
      }
      Object.assign(globalThis, { session, journal });
      return told;
    });
    expect(problems).toEqual([expect.stringContaining('storage is full')]);
    await quota();
    await test.page.evaluate(() => (globalThis as unknown as { journal: { flush(): Promise<void> } }).journal.flush());
    await test.page.close();
    const { recovered } = await recover(await test.newPage());
    expect(recovered.map(({ name, rows }) => [name, ...rows])).toContainEqual(['full.ilp', 1, 1, 1, 1, 1, 0]);
    await test.close();
  });
});
