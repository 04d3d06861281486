import { createContainer, openImage, type Roi, type Tensor } from '@brushwood/core';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugins } from './plugins.ts';
import { AppDriver } from './testing/app-driver.ts';
import { hasBrowser, openTestPage, type TestPage } from './testing/browser.ts';
import { command, startUi, type RunningUi } from './testing/start-ui.ts';
import { placesOf } from './testing/places-of.ts';

const data = process.env['BRUSHWOOD_DATA'] ?? '';
const series = join(data, 'tem/image');
const canRun = hasBrowser && data !== '' && existsSync(series);
if (!canRun)
  console.warn('The walk from a series of slices to a batch is skipped: it needs Chromium and BRUSHWOOD_DATA.');

const slices = ['00', '05', '10'];
const others = ['01', '02', '03', '04', '06', '07', '08', '09', '11', '12', '13', '14'];
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
    await test.page.getByRole('button', { name: 'Select all' }).waitFor(); // where a project without strokes opens
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
      for (const { x, y } of placesOf(truth, 0, { radius: 3, count: 9 }))
        await app.stroke({ x: x - 2, y }, { x: x + 2, y });
      await app.press('2');
      for (const { x, y } of placesOf(truth, 255, { radius: 7, count: 9 }))
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

  it('takes over suggested features', async () => {
    await test.page.getByRole('button', { name: 'Live update' }).click();
    await app.step('Feature Selection');
    await test.page.getByRole('button', { name: 'Suggest features…' }).click();
    const dialog = test.page.locator('brushwood-suggest-dialog');
    const started = performance.now();
    await dialog.getByRole('button', { name: 'Run' }).click();
    await dialog.getByRole('radio', { name: /^Filter method/ }).waitFor({ timeout: 60_000 });
    await dialog.getByRole('button', { name: 'Run' }).waitFor();
    expect((performance.now() - started) / 1e3).toBeLessThan(60); // how fast it is, is for benchmarks
    await test.screenshot('series/5-suggested-light');
    await dialog.getByRole('button', { name: 'Use these features' }).click();
    const ticked = () => test.page.getByRole('checkbox', { name: /, sigma .*/, checked: true }).count();
    await expect.poll(ticked).toBeLessThanOrEqual(7); // seven channels, of as many filters at most
    expect(await ticked()).toBeGreaterThan(0);
  }, 90_000);

  it('saves, and exports a sequence of probabilities and a segmentation', async () => {
    await app.step('Training');
    await test.page.getByRole('button', { name: 'Once' }).click();
    await test.page.getByText(/labelled voxels, \d+ features/).waitFor();
    await app.press('Control+s');
    await test.page.getByText(/^Saved at/).waitFor();
    await exportAs({ source: 'Probabilities', format: 'tif-sequence', dtype: 'float32' });
    await exportAs({ source: 'Simple Segmentation', format: 'tiff', dtype: '' });
    await test.screenshot('series/6-exported-light');
    const files = readdirSync(folder).filter((name) => name.includes('_Probabilities') || name.includes('_Simple'));
    expect(files).toHaveLength(9); // a file for each class and image, and the segmentations
    const axes = ['--output-axes', 'tzcyx'];
    const sequence = ['-o', 'cli/{nickname}_{result_type}_{slice_index}.tif', '--format', 'tif-sequence'];
    predict([...sequence, '--dtype', 'float32', ...axes]);
    predict(['-o', 'cli/{nickname}_{result_type}.tif', '--source', 'segmentation', ...axes]);
    const own = readdirSync(join(folder, 'cli'))
      .filter((name) => name.endsWith('.tif'))
      .sort();
    expect(own).toEqual(files.sort());
    compare(own.map((name) => [name, join('cli', name)]));
  }, 120_000);

  it('predicts the other slices as a batch', async () => {
    await app.step('Batch');
    await test.page.getByRole('button', { name: "From the project's folders…" }).click();
    const dialog = test.page.getByRole('dialog');
    await dialog.getByLabel('Only files like, for example *.tif').fill('*.png');
    for (const name of others) await dialog.getByLabel(`${name}.png`).check();
    await dialog.getByRole('button', { name: 'Add' }).click();
    await test.page.getByRole('button', { name: 'Start' }).click();
    await test.page.getByText(`${others.length} of ${others.length} done.`).waitFor({ timeout: 60_000 });
    await test.screenshot('series/7-batch-light');
    const inputs = others.map((name) => `${name}.png`);
    predict([
      ...inputs,
      '-o',
      'batch/{nickname}_{result_type}.tif',
      '--source',
      'segmentation',
      '--output-axes',
      'tzcyx',
    ]);
    const counts = compare(
      others.map((name) => [`${name}_Simple Segmentation.tif`, join('batch', `${name}_Simple Segmentation.tif`)]),
    );
    const rows = await test.page.locator('brushwood-batch-table tbody tr').allInnerTexts();
    expect(
      rows.map((row) => [...row.matchAll(/^[\d,]{4,}$/gm)].map(([text]) => Number(text.replaceAll(',', '')))),
    ).toEqual(counts);
  }, 120_000);

  async function exportAs({ source, format, dtype }: { source: string; format: string; dtype: string }): Promise<void> {
    await app.step('Prediction Export');
    const step = test.page.locator('brushwood-export-step');
    for (const name of ['Probabilities', 'Simple Segmentation'])
      await step.getByRole('checkbox', { name, exact: true }).setChecked(name === source);
    await step.getByRole('button', { name: 'Custom', exact: true }).click();
    await step.getByRole('combobox', { name: 'Format' }).selectOption(format);
    if (dtype) await step.getByRole('combobox', { name: 'Values' }).selectOption(dtype);
    await step.getByRole('radio', { name: 'All 3 images' }).check();
    await step.getByRole('button', { name: 'Export', exact: true }).click();
    await step.getByText('3 files exported.').waitFor({ timeout: 60_000 });
  }

  /** The command on the saved project. */
  function predict(args: readonly string[]): void {
    execFileSync(process.execPath, [command, 'predict', 'series.ilp', ...args], { cwd: folder, stdio: 'pipe' });
  }

  /** Reads both files of each pair by an independent reader: they hold the same, and no two pairs do. Gives how often 1 and 2 are in each. */
  function compare(pairs: readonly (readonly [string, string])[]): readonly (readonly number[])[] {
    const script = `
import json, sys, numpy, tifffile
counts, seen = [], []
for one, other in json.load(sys.stdin):
    a, b = tifffile.imread(one), tifffile.imread(other)
    assert a.shape == b.shape and a.dtype == b.dtype and a.size == 512 * 512, (one, a.shape, b.shape)
    assert numpy.array_equal(a, b) and len(numpy.unique(a)) > 1, one
    assert not any(numpy.array_equal(a, c) for c in seen), one
    seen.append(a)
    counts.append([int((a == label).sum()) for label in (1, 2)])
print(json.dumps(counts))
`;
    return JSON.parse(
      execFileSync('/usr/bin/python3', ['-c', script], { cwd: folder, input: JSON.stringify(pairs) }).toString(),
    );
  }
});
