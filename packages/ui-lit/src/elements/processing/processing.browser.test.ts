import type { Tensor } from '@brushwood/core';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createExampleImage } from '../../state/example-image.ts';
import { AppDriver } from '../../testing/app-driver.ts';
import { hasBrowser, openTestPage, type TestPage } from '../../testing/browser.ts';
import { sampleFolder, writeImage } from '../../testing/sample-images.ts';

/** The example, darker and of less contrast. */
function dimmed({ data, shape }: Tensor): Tensor {
  return { data: (data as Uint8Array).map((value) => 40 + 0.4 * value), shape };
}

describe.skipIf(!hasBrowser)('what is done before features and after predictions', async () => {
  const folder = await sampleFolder();
  const size = 512;
  let test: TestPage;
  let app: AppDriver;

  beforeAll(async () => {
    const image = createExampleImage(size);
    const paths = [join(folder, 'bright.tif'), join(folder, 'dim.tif')];
    await writeImage(paths[0]!, image);
    await writeImage(paths[1]!, dimmed(image));
    test = await openTestPage({
      path: '/index.html',
      context: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
    });
    app = new AppDriver(test.page, [size, size]);
    await app.choose('Open images', paths);
    await test.page.locator('brushwood-normalization-panel summary').waitFor();
  }, 60_000);

  it('shows of each image how it is normalised, and that they become alike', async () => {
    const { page } = test;
    await page.getByText('Normalise intensities').click();
    await page.getByRole('combobox', { name: 'Normalisation' }).selectOption('percentile');
    const drawn = page.locator('brushwood-normalization-panel canvas');
    await expect.poll(() => drawn.count()).toBe(4);
    const figures = await page.locator('brushwood-normalization-panel tbody tr').allInnerTexts();
    const [bright, dim] = figures.map((text) => text.split(/\s+/).slice(1, 3).map(Number));
    for (const at of [0, 1]) expect(dim![at]! - (40 + 0.4 * bright![at]!)).toBeLessThan(1);
    // Mean difference of the small pictures: large before, hardly any after.
    const [before, after] = await drawn.evaluateAll((all) => {
      const pixels = all.map((one) => {
        const canvas = one as HTMLCanvasElement;
        return canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data;
      });
      const difference = (a: Uint8ClampedArray, b: Uint8ClampedArray) =>
        a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
      return [difference(pixels[0]!, pixels[2]!), difference(pixels[1]!, pixels[3]!)];
    });
    expect(before).toBeGreaterThan(10);
    expect(after).toBeLessThan(2);
    const low = page.getByRole('spinbutton', { name: 'Becomes 0' });
    await low.fill('99.5'); // more than what becomes 1
    await low.press('Enter');
    await expect.poll(() => low.inputValue()).toBe('1');
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.getByRole('checkbox', { name: 'Show the image normalised' }).check();
    await page.getByText('Normalised', { exact: true }).waitFor();
    await test.screenshot('processing/1-normalised-light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await test.screenshot('processing/2-normalised-dark');
    await page.emulateMedia({ colorScheme: 'light' });
  }, 60_000);

  it('keeps how an image is shown with its lane, and goes back to the range of its values', async () => {
    const { page } = test;
    const shown = () =>
      page.evaluate(() => {
        const { project } = document.querySelector('brushwood-app')!.shadowRoot!.querySelector('brushwood-labeler')!
          .labeling!;
        return project.lanes.map(({ rawData }) => [rawData.displayRange, rawData.normalizeDisplay]);
      });
    const before = await shown();
    const white = page.getByRole('spinbutton', { name: /^White of/ });
    await white.fill('99');
    await white.press('Enter');
    expect((await shown())[0]).toEqual([[0, 99], true]);
    expect((await shown())[1]).toEqual(before[1]);
    await page.getByRole('button', { name: 'Reset' }).click();
    await expect.poll(async () => (await shown())[0]).toEqual([[0, 255], true]);
  });

  it('previews the result of the steps, and counts what it shows', async () => {
    const { page } = test;
    await app.step('Training');
    await app.actualSize();
    await app.stroke({ x: 20, y: 300 }, { x: 60, y: 300 });
    await app.press('2');
    await app.stroke({ x: 250, y: 250 }, { x: 290, y: 250 });
    await app.stroke({ x: 120, y: 420 }, { x: 150, y: 430 });
    await app.startLive();
    await app.step('Prediction Export');
    await page.getByText('Clean up the result').click();
    await page.getByRole('button', { name: 'After' }).click();
    const rows = page.locator('brushwood-postprocessing-panel tbody tr');
    await expect.poll(() => rows.count()).toBe(2);
    await page.getByRole('checkbox', { name: 'Only where a class is probable enough' }).check();
    await page
      .getByRole('slider', { name: /^Threshold of/ })
      .first()
      .fill('0.9');
    await expect.poll(() => rows.count()).toBe(3);
    // The whole image is in view: the shares are those of the probabilities a run gives.
    const expected = await page.evaluate(async () => {
      const labeler = document.querySelector('brushwood-app')!.shadowRoot!.querySelector('brushwood-labeler')!;
      const { data } = await labeler.getProbabilities();
      const voxels = data.length / 2;
      const counts = [0, 0, 0];
      for (let i = 0; i < voxels; i++) {
        const [first, second] = [Number(data[i]), Number(data[voxels + i])];
        const isFirst = first >= 0.9;
        const isSecond = second >= 0.5;
        counts[isFirst && (!isSecond || first >= second) ? 0 : isSecond ? 1 : 2]!++;
      }
      return counts.map((count) => `${((100 * count) / voxels).toFixed(1)} %`);
    });
    const afterOf = async () => (await rows.allInnerTexts()).map((text) => text.split('\t').at(-1)!.trim());
    await expect.poll(afterOf).toEqual(expected);
    await test.screenshot('processing/3-result-light');
    await page.getByRole('spinbutton', { name: 'Smallest object, voxels' }).fill('60');
    await page.getByRole('spinbutton', { name: 'Smallest object, voxels' }).press('Enter');
    await page.getByRole('slider', { name: /^Smoothing/ }).fill('1.5');
    await page.getByText('smoothed by 1.5, thresholds, objects from 60').waitFor();
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => afterOf()).not.toContain(expected[2]);
    await test.screenshot('processing/4-cleaned-dark');
    await page
      .getByRole('combobox', { name: /^Combine .* with/ })
      .last()
      .selectOption({ index: 1 });
    await expect.poll(() => rows.count()).toBe(2);
    await page.getByRole('button', { name: 'Before' }).click();
    await test.screenshot('processing/5-before-dark');
    await page.getByRole('button', { name: 'Off', exact: true }).click();
    await expect.poll(() => page.getByText('Result', { exact: true }).count()).toBe(0);
  }, 90_000);
});
