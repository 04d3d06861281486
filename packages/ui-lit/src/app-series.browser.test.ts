import { createContainer, openImage, type Roi, type Tensor } from '@brushwood/core';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugins } from './plugins.ts';
import { AppDriver } from './testing/app-driver.ts';
import { hasBrowser, openTestPage, type TestPage } from './testing/browser.ts';
import { startUi, type RunningUi } from './testing/start-ui.ts';
import { placesOf } from './testing/places-of.ts';

const data = process.env['BRUSHWOOD_DATA'] ?? '';
const series = join(data, 'tem/image');
const canRun = hasBrowser && data !== '' && existsSync(series);
if (!canRun)
  console.warn('The walk from a series of slices to a batch is skipped: it needs Chromium and BRUSHWOOD_DATA.');

const slices = ['00', '05', '10'];
/** All slices of the series; three of them are the project's. */
const folder = canRun ? mkdtempSync(join(tmpdir(), 'brushwood-series-')) : '';
if (canRun) cpSync(series, folder, { recursive: true });
afterAll(() => canRun && rmSync(folder, { recursive: true }));

const { formats } = createContainer(plugins).catalog;

async function readImage(path: string): Promise<Tensor> {
  const source = await openImage(formats, { location: { path } });
  try {
    return await source.read({ start: [0, 0, 0, 0, 0], stop: source.info.shape } as Roi);
  } finally {
    await source.close();
  }
}

describe.skipIf(!canRun)('a person who segments a series of slices', () => {
  let ui: RunningUi;
  let test: TestPage;
  let app: AppDriver;

  beforeAll(async () => {
    ui = await startUi(folder, ['series.ilp', ...slices.map((name) => `${name}.png`)]);
    test = await openTestPage({ context: { viewport: { width: 1280, height: 760 }, colorScheme: 'light' } });
    await test.page.goto(ui.url);
    app = new AppDriver(test.page, [512, 512]);
  }, 60_000);
  afterAll(() => ui?.child.kill('SIGTERM'));

  it('begins a project with three images, one of them copied in', async () => {
    await app.step('Input Data');
    await test.page.getByRole('button', { name: 'Properties of 05' }).click();
    await test.page.getByText('as a link').waitFor();
    await test.page.getByRole('button', { name: 'Copy into project' }).click();
    await test.page.getByText('in the project file').waitFor();
    await test.screenshot('series/1-input-light');
  }, 30_000);

  it('chooses all features', async () => {
    await app.step('Feature Selection');
    await test.page.getByRole('button', { name: 'Select all' }).click();
    expect(await test.page.getByRole('checkbox', { name: 'Gaussian Smoothing, sigma 10' }).isChecked()).toBe(true);
    await test.screenshot('series/2-features-light');
  }, 30_000);

  it('paints two named classes on the three slices', async () => {
    await app.step('Training');
    for (const [label, name] of ['membrane', 'inside'].entries()) {
      const box = test.page.getByRole('textbox', { name: `Name of class ${label + 1}` });
      await box.fill(name);
      await box.press('Enter');
    }
    for (const [i, slice] of slices.entries()) {
      await test.page.getByRole('combobox', { name: 'Image' }).selectOption({ index: i });
      await app.actualSize();
      const truth = await readImage(join(data, `tem/label/${slice}.png`));
      await app.press('1');
      for (const { x, y } of placesOf(truth, 0, { radius: 3, count: 14 }))
        await app.stroke({ x: x - 2, y }, { x: x + 2, y });
      await app.press('2');
      for (const { x, y } of placesOf(truth, 255, { radius: 7, count: 14 }))
        await app.stroke({ x: x - 4, y }, { x: x + 4, y });
    }
    await test.screenshot('series/3-painted-light');
  }, 60_000);

  it('sees segmentation and uncertainty follow', async () => {
    await app.startLive();
    await app.press('u');
    await test.screenshot('series/4-uncertainty-light');
    await app.press('u');
    expect(await test.page.getByRole('alert').count()).toBe(0);
  }, 60_000);
});
