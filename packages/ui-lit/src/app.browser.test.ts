import { createContainer, openImage, type Roi, type Tensor } from '@brushwood/core';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Download } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plugins } from './plugins.ts';
import { AppDriver, type Voxel } from './testing/app-driver.ts';
import { hasBrowser, openTestPage, type TestPage } from './testing/browser.ts';

const data = process.env['BRUSHWOOD_DATA'] ?? '';
const imagePath = join(data, 'nuclei/fluorescence/0402a81e7526_image.png');
const truthPath = join(data, 'nuclei/fluorescence/0402a81e7526_labels.png');
const canRun = hasBrowser && data !== '' && existsSync(imagePath);
if (!canRun) console.warn('The walk through the app is skipped: it needs Chromium and BRUSHWOOD_DATA.');

const command = fileURLToPath(new URL('../../cli/dist/bin/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'brushwood-app-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { formats } = createContainer(plugins).catalog;

async function readImage(path: string): Promise<Tensor> {
  const source = await openImage(formats, { location: { path } });
  try {
    const { shape } = source.info;
    return await source.read({ start: [0, 0, 0, 0, 0], stop: shape } as Roi);
  } finally {
    await source.close();
  }
}

/** Where a person would paint: in the middle of some nuclei, and between them. */
function places(truth: Tensor): { nuclei: Voxel[]; background: Voxel[] } {
  const [, , , height, width] = truth.shape;
  const sums = new Map<number, [count: number, x: number, y: number]>();
  truth.data.forEach((value, i) => {
    if (Number(value) === 0) return;
    const sum = sums.get(Number(value)) ?? [0, 0, 0];
    sums.set(Number(value), [sum[0] + 1, sum[1] + (i % width), sum[2] + Math.floor(i / width)]);
  });
  const nuclei = [...sums.values()]
    .sort((a, b) => b[0] - a[0])
    .slice(0, 14)
    .map(([count, x, y]) => ({ x: Math.round(x / count), y: Math.round(y / count) }));
  const background: Voxel[] = [];
  const isFree = (cx: number, cy: number) => {
    for (let y = cy - 4; y <= cy + 4; y++)
      for (let x = cx - 9; x <= cx + 9; x++) if (Number(truth.data[y * width + x]) !== 0) return false;
    return true;
  };
  for (let y = 14; y < height - 14; y += 17)
    for (let x = 20; x < width - 20; x += 23) if (isFree(x, y)) background.push({ x, y });
  return { nuclei, background: background.filter((_, i) => i % 3 === 0).slice(0, 16) };
}

describe.skipIf(!canRun)('a person who segments nuclei in the app', () => {
  let test: TestPage;
  let app: AppDriver;
  let truth: Tensor;

  beforeAll(async () => {
    truth = await readImage(truthPath);
    test = await openTestPage({
      path: '/index.html',
      context: { viewport: { width: 1280, height: 720 }, colorScheme: 'dark' },
    });
    // As in browsers whose pages cannot write to files: a save is a download, an open a file input.
    await test.context.addInitScript(() => {
      Reflect.deleteProperty(window, 'showSaveFilePicker');
      Reflect.deleteProperty(window, 'showOpenFilePicker');
    });
    await test.page.reload();
    app = new AppDriver(test.page, [truth.shape[4], truth.shape[3]]);
  }, 60_000);

  it('opens an image and finds all features chosen', async () => {
    await app.choose('Open images', imagePath);
    await test.page.getByText('347 × 260').first().waitFor();
    await test.screenshot('app/1-input-dark');
    await app.step('Feature Selection');
    expect(await test.page.getByRole('checkbox', { name: 'Gaussian Smoothing, sigma 3.5' }).isChecked()).toBe(true);
    await test.screenshot('app/2-features-dark');
  }, 30_000);

  it('paints two classes and sees a segmentation that agrees with the truth', async () => {
    await app.step('Training');
    await app.actualSize();
    const { nuclei, background } = places(truth);
    expect(nuclei.length + background.length).toBeGreaterThan(20);
    await app.press('[');
    for (const { x, y } of background) await app.stroke({ x: x - 7, y }, { x: x + 7, y });
    await app.press('2');
    for (const { x, y } of nuclei) await app.stroke({ x: x - 2, y }, { x: x + 2, y });
    await test.screenshot('app/3-painted-dark');
    await app.startLive();
    await test.screenshot('app/4-live-dark');
    expect(await agreement()).toBeGreaterThan(0.9);
  }, 90_000);

  it('takes strokes back and forth, and renames and recolours a class', async () => {
    const painted = await countOf(2);
    await app.press('Control+z');
    await expect.poll(() => countOf(2)).toBeLessThan(painted);
    await app.press('Control+y');
    await expect.poll(() => countOf(2)).toBe(painted);
    const name = test.page.getByRole('textbox', { name: 'Name of class 2' });
    await name.fill('nuclei');
    await name.press('Enter');
    await test.page.getByRole('checkbox', { name: 'nuclei' }).first().waitFor();
    await app.settled();
  }, 30_000);

  it('saves a project that the command predicts to the same bits', async () => {
    const download = test.page.waitForEvent('download');
    await app.press('Control+s');
    await (await download).saveAs(join(folder, 'nuclei.ilp'));
    await test.page.getByText(/^Saved at/).waitFor();
    const inPage = await test.page.evaluate(async () => {
      const labeler = document.querySelector('brushwood-app')!.shadowRoot!.querySelector('brushwood-labeler')!;
      const { data: values, shape } = await labeler.getProbabilities();
      return { values: Array.from(values as Float32Array), shape };
    });
    execFileSync(process.execPath, [command, 'predict', join(folder, 'nuclei.ilp'), '-o', join(folder, 'p.npy')], {
      stdio: 'pipe',
    });
    const byCommand = await readImage(join(folder, 'p.npy'));
    expect(byCommand.shape).toEqual([1, 2, 1, 260, 347]);
    expect(inPage.shape).toEqual([...byCommand.shape]);
    expect(inPage.values).toEqual(Array.from(byCommand.data as Float32Array));
  }, 60_000);

  it('exports the files that the command writes', async () => {
    await app.step('Prediction Export');
    await test.page.getByRole('checkbox', { name: 'Probabilities' }).check();
    await test.screenshot('app/6-export-dark');
    const downloads = new Map<string, Download>();
    test.page.on('download', (download) => downloads.set(download.suggestedFilename(), download));
    const project = join(folder, 'nuclei.ilp');
    const sources = ['--source', 'probabilities', '--source', 'segmentation'];
    for (const [preset, ending] of [
      ['Fiji', 'tif'],
      ['Python', 'npy'],
    ] as const) {
      downloads.clear();
      await test.page.getByRole('button', { name: `For ${preset}` }).click();
      await test.page.getByRole('button', { name: 'Export', exact: true }).click();
      await expect.poll(() => downloads.size, { timeout: 30_000 }).toBe(2);
      const own = `${join(folder, preset)}/`;
      const flags = [...sources, '--for', preset.toLowerCase(), '-o', own];
      execFileSync(process.execPath, [command, 'predict', project, ...flags], { stdio: 'pipe' });
      for (const source of ['Probabilities', 'Simple Segmentation']) {
        const name = `0402a81e7526_image_${source}.${ending}`;
        await downloads.get(name)!.saveAs(join(folder, name));
        expect(readFileSync(join(folder, name)).equals(readFileSync(join(own, name)))).toBe(true);
      }
    }
    await app.step('Training');
  }, 60_000);

  it('finds strokes again that were not saved when the page ended', async () => {
    await app.press('2');
    await app.stroke({ x: 20, y: 20 }, { x: 60, y: 20 });
    const painted = await countOf(2);
    await test.page.waitForTimeout(1500); // strokes are kept within a second
    test.page.once('dialog', (dialog) => void dialog.accept());
    await test.page.reload();
    await test.screenshot('app/6-restore-dark');
    await test.page.getByRole('button', { name: 'Restore' }).click();
    await app.step('Training');
    await expect.poll(() => countOf(2)).toBe(painted);
    await app.press('Control+z');
    await expect.poll(() => countOf(2)).toBeLessThan(painted);
  }, 60_000);

  it('opens the saved project again and shows the same pixels', async () => {
    await app.actualSize();
    await app.startLive();
    const before = await segmentation('6-before');
    await test.page.getByRole('button', { name: 'Live update' }).click();
    const dialog = test.page.waitForEvent('filechooser');
    await test.page.getByRole('button', { name: 'Open', exact: true }).click();
    await test.page.getByRole('button', { name: 'Go on' }).click();
    await (await dialog).setFiles(join(folder, 'nuclei.ilp'));
    await test.page.getByRole('textbox', { name: 'Name of class 2' }).waitFor();
    await app.actualSize();
    await app.startLive();
    expect((await segmentation('7-reopened')).data).toEqual(before.data);
  }, 60_000);

  it('says what is wrong with a file that is no image, and goes on', async () => {
    await test.page.getByRole('button', { name: 'Live update' }).click();
    await app.step('Input Data');
    const path = join(folder, 'notes.txt');
    writeFileSync(path, 'not an image');
    await app.choose('Add images', path);
    await test.page.getByRole('alert').getByText('"notes.txt" is no image that can be read').waitFor();
    await test.screenshot('app/11-wrong-file-dark');
    await test.page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await test.page.getByRole('alert').count()).toBe(0);
    await app.step('Training');
    expect(await countOf(2)).toBeGreaterThan(0);
  }, 30_000);

  it('lists the project among the recent ones, and reopens it from there', async () => {
    const painted = await countOf(2);
    await test.page.reload();
    await test.page.getByRole('heading', { name: 'Recent projects' }).waitFor();
    await test.screenshot('app/12-recent-dark');
    await test.page
      .getByRole('button', { name: /^project\.ilp|^nuclei\.ilp/ })
      .first()
      .click();
    await test.page.getByRole('textbox', { name: 'Name of class 2' }).waitFor();
    expect(await countOf(2)).toBe(painted);
  }, 30_000);

  /** Painted voxels of a class, as the list shows them. */
  async function countOf(label: number): Promise<number> {
    const text = await test.page
      .locator('brushwood-label-list .counts')
      .nth(label - 1)
      .innerText();
    return Number(text.split(/\s/)[0]!.replaceAll(',', ''));
  }

  /** The segmentation alone, by its colours. */
  async function segmentation(name: string): Promise<{ data: Uint8Array; plane: number }> {
    for (const key of ['i', '0', 'p', 's']) await app.press(key);
    const { png } = await app.pixels();
    await test.screenshot(`app/${name}-dark`);
    for (const key of ['i', '0', 'p', 's']) await app.press(key);
    return decodePng(png);
  }

  /** Share of the voxels, 8 from the edge, whose colour in the segmentation is that of their class. */
  async function agreement(): Promise<number> {
    const colors = await segmentation('5-segmentation');
    const [, , , height, width] = truth.shape;
    let [right, all] = [0, 0];
    for (let y = 8; y < height - 8; y++)
      for (let x = 8; x < width - 8; x++) {
        const at = y * width + x;
        // Class 1 is yellow, class 2 blue.
        const isBlue = colors.data[colors.plane * 2 + at]! > colors.data[at]!;
        all++;
        if (isBlue === (Number(truth.data[at]) !== 0)) right++;
      }
    return right / all;
  }
});

/** Planes of red, green and blue. */
async function decodePng(png: Buffer): Promise<{ data: Uint8Array; plane: number }> {
  const path = join(folder, 'shot.png');
  writeFileSync(path, png);
  const { data: values, shape } = await readImage(path);
  return { data: values as Uint8Array, plane: shape[3] * shape[4] };
}
