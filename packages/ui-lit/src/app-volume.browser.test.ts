import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openTestPage, type TestPage } from './testing/browser.ts';

const folder = join(process.env['BRUSHWOOD_DATA'] ?? '', 'volume/fibsem');
const canRun = hasBrowser && existsSync(folder);
if (!canRun) console.warn('The walk through a volume is skipped: it needs Chromium and BRUSHWOOD_DATA.');

describe.skipIf(!canRun)('a person who labels a stack of slices in the app', () => {
  let test: TestPage;
  const button = (name: string | RegExp) => test.page.getByRole('button', { name }).first();
  const counts = (label: number) =>
    test.page
      .locator('brushwood-label-list .counts')
      .nth(label - 1)
      .innerText();

  beforeAll(async () => {
    test = await openTestPage({ path: '/index.html', context: { viewport: { width: 1280, height: 720 } } });
  }, 60_000);

  it('adds slices as one volume and sees it along three axes', async () => {
    const slices = readdirSync(folder)
      .filter((name) => name.endsWith('.png'))
      .sort()
      .slice(0, 48)
      .map((name) => join(folder, name));
    const dialog = test.page.waitForEvent('filechooser');
    await button('Add stack').click();
    await (await dialog).setFiles(slices);
    await test.page.getByText('250 × 250 × 48').first().waitFor();
    for (const view of ['xy', 'xz', 'zy']) await test.page.getByText(view, { exact: true }).waitFor();
    await test.screenshot('app/9-volume-input-light');
  }, 60_000);

  it('paints on two of the views and sees all three predicted', async () => {
    await button('Training').click();
    const boxes = await test.page
      .locator('brushwood-viewer canvas')
      .evaluateAll((all) => all.map((canvas) => canvas.getBoundingClientRect().toJSON() as DOMRect));
    const first = boxes[0]!;
    const other = boxes.find(({ x, y }) => x !== first.x || y !== first.y)!;
    const stroke = async (box: DOMRect, dx: number) => {
      await test.page.mouse.move(box.x + box.width / 2 + dx, box.y + box.height / 2);
      await test.page.mouse.down();
      await test.page.mouse.move(box.x + box.width / 2 + dx + 12, box.y + box.height / 2 + 12, { steps: 5 });
      await test.page.mouse.up();
    };
    await stroke(first, -40);
    await test.page.keyboard.press('2');
    await stroke(other, 10);
    await expect.poll(() => counts(2)).not.toBe('0');
    await button('Live update').click();
    await test.page.waitForTimeout(400);
    await test.page.getByText('Up to date', { exact: true }).waitFor({ timeout: 60_000 });
    expect(await counts(1)).toMatch(/%$/);
    await test.screenshot('app/10-volume-live-light');
  }, 120_000);

  it('exports the strokes as a TIFF and takes them in again', async () => {
    const before = [await counts(1), await counts(2)].map((text) => text.split(/\s/)[0]);
    const download = test.page.waitForEvent('download');
    await button('Export the strokes').click();
    const path = await (await download).path();
    await button('Live update').click();
    await button('More for Label 2').click();
    await test.page.getByRole('menuitem', { name: 'Clear strokes' }).click();
    await test.page.getByRole('button', { name: 'Clear', exact: true }).click();
    await expect.poll(async () => (await counts(2)).split(/\s/)[0]).toBe('0');
    const dialog = test.page.waitForEvent('filechooser');
    await button('Import a label image').click();
    await (await dialog).setFiles(path);
    await expect
      .poll(async () => [await counts(1), await counts(2)].map((text) => text.split(/\s/)[0]), { timeout: 15_000 })
      .toEqual(before);
  }, 60_000);
});
