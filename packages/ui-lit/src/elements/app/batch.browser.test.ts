import { createPipeline, createTensor, openImage, requestOf, type Tensor } from '@brushwood/core';
import { seededRandom } from '@brushwood/core/testing';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugins } from '../../plugins.ts';
import { accessibilityFindings } from '../../testing/axe.ts';
import { hasBrowser, openTestPage, type TestPage } from '../../testing/browser.ts';
import { sampleFolder, writeImage } from '../../testing/sample-images.ts';

const command = fileURLToPath(new URL('../../../../cli/bin/brushwood.js', import.meta.url));
const [height, width] = [60, 80];
const good = ['s1', 's2', 's9', 's10'];

/** The left half dark, the right half bright, both noisy. */
function twoHalves(seed: number, scale = 1): Tensor {
  const random = seededRandom(seed);
  const [h, w] = [height * scale, width * scale];
  const data = Uint8Array.from({ length: h * w }, (_, i) => (i % w < w / 2 ? 60 : 180) + 40 * random());
  return createTensor(data, [1, 1, 1, h, w]);
}

/** A project with a trained classifier and its image in it. */
async function writeProject(path: string, image: string): Promise<void> {
  const pipeline = createPipeline(plugins);
  const { catalog } = pipeline.services;
  const strokes = new Uint8Array(height * width);
  for (let y = 0; y < height; y++) for (const [k, x] of [20, 60].entries()) strokes[y * width + x] = k + 1;
  let project = await pipeline.addImage(pipeline.newProject(['ground', 'cell']), image);
  project = await pipeline.importLabels(project, createTensor(strokes, [1, 1, 1, height, width]));
  project = pipeline.selectFeatures(project, ['GaussianSmoothing:0.7', 'HessianOfGaussianEigenvalues:1']);
  project = await pipeline.train(project, { options: { treeCount: 10 } });
  const lanes = project.lanes.map((lane) => ({ ...lane, rawData: { ...lane.rawData, storage: 'embedded' as const } }));
  const [store] = catalog.projectStores;
  await store!.save(
    { ...project, lanes },
    { path },
    { openImage: (one) => openImage(catalog.formats, requestOf(one)) },
  );
  await pipeline.close();
}

const table = (page: Page) => page.locator('brushwood-batch-table');
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const contentOf = async (download: Download) => readFileSync(await download.path());

async function openBatch(page: Page): Promise<void> {
  await page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name: 'Batch' }).click();
}

describe.skipIf(!hasBrowser)('a batch (needs Chromium)', { timeout: 60_000 }, async () => {
  const folder = await sampleFolder();
  const at = (name: string) => join(folder, name);
  let test: TestPage;
  beforeAll(async () => {
    mkdirSync(at('in'));
    await writeImage(at('own.tif'), twoHalves(1));
    for (const [i, name] of good.entries()) await writeImage(at(`in/${name}.tif`), twoHalves(2 + i));
    writeFileSync(at('in/s3.tif'), 'no image');
    await writeImage(at('in/large.png'), twoHalves(8, 18));
    await writeProject(at('p.ilp'), at('own.tif'));
    const args = ['predict', 'p.ilp', ...good.map((name) => `in/${name}.tif`), '-o', 'cli/', '--for', 'fiji'];
    const more = ['--source', 'segmentation', '--report', 'areas.csv'];
    await promisify(execFile)(process.execPath, [command, ...args, ...more], { cwd: folder });
    test = await openTestPage({ context: { viewport: { width: 1280, height: 800 } } });
    // As in browsers whose pages are given no folders.
    await test.context.addInitScript(() => {
      for (const name of ['showOpenFilePicker', 'showDirectoryPicker']) Reflect.deleteProperty(window, name);
    });
  }, 60_000);

  const expected = (name: string) => readFileSync(at(`cli/${name}_Simple Segmentation.tif`));
  const countedVoxels = () =>
    readFileSync(at('areas.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(',')[3]));

  describe('in the page', () => {
    let page: Page;
    beforeAll(async () => {
      page = await test.newPage('/index.html');
      const chooser = page.waitForEvent('filechooser');
      await button(page, 'Open').first().click();
      await (await chooser).setFiles(at('p.ilp'));
      await page.getByText('Live update').first().waitFor();
      await openBatch(page);
    });

    it('begins empty', async () => {
      await page.getByText('Drop files or a folder here').waitFor();
      expect(await button(page, 'Start').isDisabled()).toBe(true);
      await test.screenshot('batch-empty', page);
    });
    it('predicts all images but the broken one, whose reason it tells, while another step is shown', async () => {
      const chooser = page.waitForEvent('filechooser');
      await button(page, 'Add files…').click();
      await (await chooser).setFiles([...good, 's3'].map((name) => at(`in/${name}.tif`)));
      await table(page).getByText('s10').waitFor();
      expect(await table(page).locator('tbody .name').allInnerTexts()).toEqual(['s1', 's2', 's3', 's9', 's10']);
      const download = page.waitForEvent('download');
      await button(page, 'Start').click();
      await page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name: 'Training' }).click();
      const zip = await contentOf(await download);
      // Its entries are stored as they are.
      for (const name of good) expect(zip.includes(expected(name))).toBe(true);
      await openBatch(page);
      await page.getByText('4 of 5 done, 1 failed.').waitFor();
      expect(await table(page).locator('.reason').innerText()).toMatch(/s3\.tif is not a TIFF file/);
      await test.screenshot('batch-failed', page);
      expect(await accessibilityFindings(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      await test.screenshot('batch-failed-dark', page);
      expect(await accessibilityFindings(page, ['color-contrast'])).toEqual([]);
      await page.emulateMedia({ colorScheme: 'light' });
    });
    it('shows a result over its image', async () => {
      await table(page).getByRole('button', { name: 's2' }).first().click();
      const dialog = page.getByRole('dialog', { name: 'Result of s2' });
      await dialog.locator('canvas').first().waitFor();
      await test.screenshot('batch-result', page);
      expect(await accessibilityFindings(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Close' }).click();
      await dialog.waitFor({ state: 'detached' });
    });
    it('gives the areas as CSV, as the command counts them', async () => {
      const download = page.waitForEvent('download');
      await button(page, 'Areas (CSV)').click();
      const lines = (await contentOf(await download)).toString().trim().split('\r\n').slice(1);
      const cells = lines.map((line) => line.split(','));
      expect(cells.map(([name, state]) => [name, state])).toEqual([
        ['"s1"', '"done"'],
        ['"s2"', '"done"'],
        ['"s3"', '"failed"'],
        ['"s9"', '"done"'],
        ['"s10"', '"done"'],
      ]);
      const done = cells.filter(([, state]) => state === '"done"');
      expect(done.flatMap((row) => [Number(row[3]), Number(row[7])])).toEqual(countedVoxels());
    });
    it('can be cancelled, and done again', async () => {
      const chooser = page.waitForEvent('filechooser');
      await button(page, 'Add files…').click();
      await (await chooser).setFiles([at('in/large.png')]);
      await button(page, 'Start').click();
      await table(page).getByRole('progressbar', { name: 'Progress of large' }).waitFor();
      await test.screenshot('batch-running', page);
      await page.emulateMedia({ colorScheme: 'dark' });
      await test.screenshot('batch-running-dark', page);
      await page.emulateMedia({ colorScheme: 'light' });
      await button(page, 'Cancel').click();
      await page.getByText('4 of 6 done, 1 failed.', { exact: true }).waitFor();
      expect(await table(page).getByText('waiting').count()).toBe(1);
      expect(await button(page, 'Start').isEnabled()).toBe(true);
    });
  });

  describe('behind brushwood ui', () => {
    let ui: ChildProcess;
    let url: string;
    let page: Page;
    beforeAll(async () => {
      ui = spawn(process.execPath, [command, 'ui', 'p.ilp', '--no-open', '--port', '0'], { cwd: folder });
      url = await new Promise((resolve) => ui.stdout!.once('data', (part: Buffer) => resolve(part.toString().trim())));
      page = await test.context.newPage();
      await page.goto(url);
      await page.getByText('Live update').first().waitFor();
      await openBatch(page);
    });
    afterAll(() => ui.kill('SIGINT'));

    it('predicts files of its folders to disk, as the command does', async () => {
      await button(page, "From the project's folders…").click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'in', exact: true }).click();
      await dialog.getByLabel('Only files like, for example *.tif').fill('*.tif');
      await dialog.getByLabel('All 5 images here').check();
      await dialog.getByText('5 chosen').waitFor();
      await test.screenshot('batch-server-files', page);
      expect(await accessibilityFindings(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Add' }).click();
      await button(page, 'Start').click();
      await page.getByText('4 of 5 done, 1 failed.').waitFor();
      expect(await table(page).locator('.reason').innerText()).toMatch(/s3\.tif is not a TIFF file/);
      for (const name of good) {
        expect(readFileSync(at(`in/${name}_Simple Segmentation.tif`)).equals(expected(name))).toBe(true);
      }
      await test.screenshot('batch-server', page);
    });
    it('shows a result', async () => {
      await table(page).getByRole('button', { name: 's9' }).first().click();
      const result = page.getByRole('dialog', { name: 'Result of s9' });
      await result.locator('canvas').first().waitFor();
      await result.getByRole('button', { name: 'Close' }).click();
    });
    it('predicts files that the page was given, each with its own end', async () => {
      await button(page, 'Clear').click();
      const chooser = page.waitForEvent('filechooser');
      await button(page, 'Other files…').click();
      await (await chooser).setFiles(['s9', 's3'].map((name) => at(`in/${name}.tif`)));
      await page.getByLabel('In a folder beside the project').check();
      await button(page, 'Start').click();
      await page.getByText('1 of 2 done, 1 failed.').waitFor();
      expect(await table(page).locator('.reason').innerText()).toMatch(/s3\.tif is not a TIFF file/);
      expect(readFileSync(at('results/s9_Simple Segmentation.tif')).equals(expected('s9'))).toBe(true);
    });
    it('goes on without its page, and is found again', async () => {
      await button(page, 'Clear').click();
      await button(page, "From the project's folders…").click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'in', exact: true }).click();
      await dialog.getByLabel('large.png').check();
      await dialog.getByRole('button', { name: 'Add' }).click();
      await page.getByLabel('In a folder beside the project').check();
      await button(page, 'Start').click();
      await table(page).getByRole('progressbar').waitFor();
      await page.close();
      page = await test.context.newPage();
      await page.goto(new URL(url).origin);
      await page.getByText('Live update').first().waitFor();
      await openBatch(page);
      await table(page).getByText('large.png').waitFor();
      await page.getByText('1 of 1 done.').waitFor();
      expect(readFileSync(at('results/large_Simple Segmentation.tif')).length).toBeGreaterThan(
        height * width * 18 * 18,
      );
    });
    it('adds images of its folders to the project', async () => {
      await page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name: 'Input Data' }).click();
      await button(page, "From the project's folders…").click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'in', exact: true }).click();
      await dialog.getByLabel('s2.tif').check();
      await dialog.getByRole('button', { name: 'Add' }).click();
      await page.locator('brushwood-lane-table').getByRole('button', { name: 's2' }).first().waitFor();
    });
  });
});
