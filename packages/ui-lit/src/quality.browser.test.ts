import { join } from 'node:path';
import type { Tensor } from '@brushwood/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExampleImage } from './state/example-image.ts';
import { AppDriver, type Voxel } from './testing/app-driver.ts';
import { accessibilityFindings } from './testing/axe.ts';
import { hasBrowser, openTestPage, type TestPage } from './testing/browser.ts';
import { mainThreadTasks } from './testing/main-thread-tasks.ts';
import { noiseImage, sampleFolder, writeImage } from './testing/sample-images.ts';

if (!hasBrowser) console.warn('The tests of the quality panel are skipped: they need Chromium.');

const size = 512;
const image = createExampleImage(size);
const folder = await sampleFolder();

/** Mean of a square of 9 × 9 pixels. */
function brightness(cx: number, cy: number): number {
  let sum = 0;
  for (let y = cy - 4; y <= cy + 4; y++) for (let x = cx - 4; x <= cx + 4; x++) sum += Number(image.data[y * size + x]);
  return sum / 81;
}

/** Where a person would paint, far enough apart to be strokes of their own. */
function places(isWanted: (brightness: number) => boolean): Voxel[] {
  const found: Voxel[] = [];
  for (let y = 40; y < size - 40; y += 36)
    for (let x = 40; x < size - 40; x += 36) if (isWanted(brightness(x, y))) found.push({ x, y });
  return found;
}

/** 255 where a pixel and its surroundings are bright, else 0; a square that is wrong on purpose. */
function truth(): Tensor {
  const data = new Uint8Array(size * size);
  for (let y = 4; y < size - 4; y++)
    for (let x = 4; x < size - 4; x++) data[y * size + x] = brightness(x, y) > 68 || (x < 60 && y < 60) ? 255 : 0;
  return { data, shape: image.shape };
}

describe.skipIf(!hasBrowser)('a person who asks how good the classifier is', () => {
  let test: TestPage;
  let app: AppDriver;
  const panel = (name: string) => test.page.locator(name);
  const open = (name: string) => panel(name).locator('summary').first().click();

  beforeAll(async () => {
    test = await openTestPage({
      path: '/index.html',
      context: { viewport: { width: 1280, height: 900 }, permissions: ['clipboard-read', 'clipboard-write'] },
    });
    app = new AppDriver(test.page, [size, size]);
    await test.page.getByRole('button', { name: 'Try the example image' }).click();
    await app.step('Training');
    await app.actualSize();
    for (const { x, y } of places((value) => value < 50).slice(0, 8))
      await app.stroke({ x: x - 5, y }, { x: x + 5, y });
    await app.press('2');
    for (const { x, y } of places((value) => value > 95).slice(0, 8))
      await app.stroke({ x: x - 3, y }, { x: x + 3, y });
    await app.startLive();
  }, 90_000);

  it('has the labels cross-validated and reads what the figures mean', async () => {
    await open('brushwood-quality-panel');
    await test.page.getByRole('button', { name: 'Check the labels' }).click();
    const result = panel('brushwood-label-check');
    await result.getByText('cross-validated error').waitFor({ timeout: 60_000 });
    expect(Number.parseFloat(await result.locator('.big').innerText())).toBeLessThan(15);
    const rows = result.getByRole('region', { name: /Painted/ }).getByRole('row');
    expect(await rows.count()).toBe(3);
    await test.screenshot('app/quality-labels-light');
  }, 90_000);

  it('finds the figures on the card of the model', async () => {
    await open('brushwood-model-card');
    const card = panel('brushwood-model-card');
    await expect
      .poll(() => card.locator('dl').innerText())
      .toMatch(/Cross-validated error\n[\d.]+ % ± [\d.]+ %, 5 parts/);
    expect(await card.locator('dl').innerText()).toContain('Random Forest (random-forest)');
    await card.getByRole('button', { name: 'Copy JSON' }).click();
    await card.getByText('Copied').waitFor();
    const copied = JSON.parse(await test.page.evaluate(() => navigator.clipboard.readText())) as Record<
      string,
      unknown
    >;
    expect(copied).toMatchObject({ classifier: { id: 'random-forest', options: { treeCount: 100 } } });
    await test.screenshot('app/quality-card-light');
    await open('brushwood-model-card');
  }, 30_000);

  it('is told that a truth has the wrong size, and sees the errors with the right one', async () => {
    const wrong = await writeImage(join(folder, 'wrong.tif'), noiseImage([1, 1, 1, 40, 60], 'uint8'));
    await app.choose('Load truth image', wrong);
    const check = panel('brushwood-truth-check');
    await check.getByRole('alert').getByText('60 × 40 pixels').waitFor();
    const right = await writeImage(join(folder, 'truth.tif'), truth());
    await app.choose('Load truth image', right);
    await check.getByText('voxels are right').waitFor({ timeout: 60_000 });
    expect(await check.getByRole('alert').count()).toBe(0);
    expect(Number.parseFloat(await check.locator('.big').innerText())).toBeGreaterThan(85);
    // 0 and 255 were taken for the first and the second class.
    expect(await check.getByRole('combobox', { name: 'Class of Value 255' }).inputValue()).toBe('1');
    await test.page.getByRole('checkbox', { name: 'Errors' }).waitFor();
    // The square that the truth has wrong is full of errors: magenta or cyan shines through.
    await test.page.getByRole('button', { name: 'Fit the image (k)' }).click();
    await check.scrollIntoViewIfNeeded();
    await test.screenshot('app/quality-truth-light');
    await test.page.emulateMedia({ colorScheme: 'dark' });
    await test.screenshot('app/quality-truth-dark');
  }, 90_000);

  it('compares again with another meaning of the values', async () => {
    const check = panel('brushwood-truth-check');
    await check.getByRole('combobox', { name: 'Class of Value 0' }).selectOption({ label: 'not compared' });
    await check.getByRole('button', { name: 'Compare again' }).click();
    const bright = truth().data.filter((value) => value === 255).length;
    await check.getByText(`of ${bright.toLocaleString('en')} voxels are right`).waitFor({ timeout: 60_000 });
    await check.getByRole('button', { name: 'Remove' }).click();
    await expect.poll(() => test.page.getByRole('checkbox', { name: 'Errors' }).count()).toBe(0);
  }, 60_000);

  it('is led to a stroke that contradicts the others', async () => {
    await app.actualSize();
    const [nucleus] = places((value) => value > 95);
    await app.press('1');
    await app.stroke({ x: nucleus!.x - 3, y: nucleus!.y + 3 }, { x: nucleus!.x + 3, y: nucleus!.y + 3 });
    await app.settled();
    await test.page.getByRole('button', { name: 'Check the labels again' }).click();
    const show = test.page.getByRole('button', { name: /^Show: .*after the other strokes/ });
    await show.first().waitFor({ timeout: 60_000 });
    await show.first().click();
    await test.page.getByText('300 %', { exact: true }).waitFor();
    await test.screenshot('app/quality-show-dark');
    expect(await accessibilityFindings(test.page)).toEqual([]);
    await app.press('Control+z');
    await app.settled();
  }, 90_000);

  it('takes another classifier, which live update trains', async () => {
    await open('brushwood-classifier-panel');
    const chooser = panel('brushwood-classifier-panel');
    // Painting must go on: this one learns for half a second at a stretch, but not here.
    const tasks = await mainThreadTasks(test.page, async () => {
      await chooser.getByRole('combobox', { name: 'Classifier' }).selectOption({ label: 'Decision Tree (ml-cart)' });
      await app.settled();
    });
    expect(Math.max(...tasks)).toBeLessThan(250);
    await chooser.getByText('trains its own forest').waitFor();
    await chooser.getByRole('spinbutton', { name: 'Max depth' }).fill('3');
    await chooser.getByRole('spinbutton', { name: 'Max depth' }).blur();
    await app.settled();
    await chooser.getByRole('spinbutton', { name: 'Max depth' }).fill('5000');
    await chooser.getByRole('spinbutton', { name: 'Max depth' }).blur();
    await chooser.getByRole('alert').waitFor();
    await panel('brushwood-label-check').getByText('these figures are of before').waitFor();
    await test.screenshot('app/quality-classifier-dark');
    expect(await accessibilityFindings(test.page)).toEqual([]);
    await chooser.getByRole('button', { name: 'Reset to defaults' }).click();
    await chooser
      .getByRole('combobox', { name: 'Classifier' })
      .selectOption({ label: 'Random Forest (ml-random-forest)' });
    // A change of mind ends the long training.
    await chooser.getByText('Training takes about').waitFor();
    await chooser.getByRole('spinbutton', { name: 'Tree count' }).fill('3');
    await chooser.getByRole('spinbutton', { name: 'Tree count' }).blur();
    await app.settled();
  }, 120_000);
});
