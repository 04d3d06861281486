import { copyFileSync, cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppDriver } from './testing/app-driver.ts';
import { builtApp, hasBrowser, openTestPage, type TestPage } from './testing/browser.ts';

const data = process.env['BRUSHWOOD_DATA'] ?? '';
const image = join(data, 'nuclei/fluorescence/0402a81e7526_image.png');
const example = fileURLToPath(new URL('../../../examples/embed/index.html', import.meta.url));
const canRun = hasBrowser && data !== '' && existsSync(image);
if (!canRun) console.warn('The embedded labeler is not tried: it needs Chromium and BRUSHWOOD_DATA.');

describe.skipIf(!canRun)('the labeler on a plain page, from a server that sends no headers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'brushwood-embed-'));
  let test: TestPage;

  beforeAll(async () => {
    cpSync(builtApp, join(folder, 'brushwood'), { recursive: true });
    copyFileSync(example, join(folder, 'index.html'));
    copyFileSync(image, join(folder, 'nuclei.png'));
    test = await openTestPage({ root: folder, isolated: false, path: '/index.html' });
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('labels, classifies and tells the page', async () => {
    expect(await test.page.evaluate(() => crossOriginIsolated)).toBe(false);
    const shown = test.page.locator('brushwood-viewer canvas').first();
    await shown.waitFor();
    const size = await test.page.evaluate(async () => {
      const labeler = document.querySelector('brushwood-labeler')!;
      while (!labeler.project?.lanes.length) await new Promise((resolve) => setTimeout(resolve, 50));
      return labeler.project.lanes[0]!.rawData.shape;
    });
    const app = new AppDriver(test.page, [size[4], size[3]]);
    await app.actualSize();
    await app.stroke({ x: 5, y: 5 }, { x: 40, y: 8 });
    await app.press('2');
    await app.stroke({ x: size[4] - 30, y: size[3] - 10 }, { x: size[4] - 6, y: size[3] - 12 });
    await app.startLive();
    await expect.poll(() => test.page.locator('output').innerText()).toMatch(/^Label 1 [\d.]+ %, Label 2 [\d.]+ %$/);
    await test.screenshot('app/8-embedded');
    const sums = await test.page.evaluate(async () => {
      const { data: values, shape } = await document.querySelector('brushwood-labeler')!.getProbabilities();
      const plane = shape[3] * shape[4];
      return [
        values.length / plane,
        Math.max(
          ...Array.from({ length: plane }, (_, i) => Math.abs(Number(values[i]) + Number(values[plane + i]) - 1)),
        ),
      ];
    });
    expect(sums[0]).toBe(2);
    expect(sums[1]).toBeLessThan(1e-6);
  }, 90_000);

  it('keeps its strokes when it is moved to another place of the page', async () => {
    const isKept = await test.page.evaluate(async () => {
      const labeler = document.querySelector('brushwood-labeler')!;
      const { labels } = labeler;
      const box = document.createElement('div');
      labeler.replaceWith(box);
      box.append(labeler);
      await new Promise((resolve) => setTimeout(resolve, 300));
      return labels !== undefined && labeler.labels === labels;
    });
    expect(isKept).toBe(true);
  });

  it('opens its image anew when it comes back to the page', async () => {
    const count = await test.page.evaluate(async () => {
      const labeler = document.querySelector('brushwood-labeler')!;
      labeler.remove();
      await new Promise((resolve) => setTimeout(resolve, 300));
      document.body.append(labeler);
      while (!labeler.project?.lanes.length) await new Promise((resolve) => setTimeout(resolve, 50));
      return labeler.labels!.chunks.size;
    });
    expect(count).toBe(0);
  }, 30_000);
});
