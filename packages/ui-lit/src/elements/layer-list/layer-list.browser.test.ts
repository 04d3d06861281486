import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser, type TestPage } from '../../testing/browser.ts';
import { openViewer } from '../../testing/viewer-driver.ts';

/** A list of raw data, two predictions in a group, and labels on top. */
async function openList(colorScheme: 'light' | 'dark' = 'light'): Promise<TestPage> {
  const test = await openViewer([1, 1, 1, 64, 64], { size: { width: 320, height: 240 }, colorScheme });
  await test.page.evaluate(async () => {
    shown.viewer.remove();
    kit.showLayerList([
      kit.layerOf('Raw data', shown.pattern),
      kit.layerOf('Nucleus', shown.pattern, { group: 'Predictions', color: '#0082c8', opacity: 0.25 }),
      kit.layerOf('Background', shown.pattern, {
        group: 'Predictions',
        color: '#ffe119',
        opacity: 0.25,
        isVisible: false,
      }),
      kit.layerOf('Labels', shown.labels),
    ]);
    await kit.settled();
  });
  return test;
}

const layers = (page: Page) =>
  page.evaluate(() =>
    document
      .querySelector('brushwood-layer-list')!
      .layers.map(({ id, opacity, isVisible }) => ({ id, opacity, isVisible })),
  );
const order = async (page: Page) => (await layers(page)).map(({ id }) => id).join(', ');
const rows = (page: Page) => page.locator('.layer .name').allTextContents();
const changes = (page: Page) => page.evaluate(() => shown.events.filter(({ type }) => type === 'layers-change').length);

describe.skipIf(!hasBrowser)('brushwood-layer-list', () => {
  it('shows the top layer first, groups under their heading', async () => {
    const { page, screenshot } = await openList();
    expect(await rows(page)).toEqual(['Labels', 'Background', 'Nucleus', 'Raw data']);
    expect(await page.locator('.heading .name').allTextContents()).toEqual(['Predictions']);
    await screenshot('layer-list-light');
    await (await openList('dark')).screenshot('layer-list-dark');
  });

  it('shows and hides a layer, and a group as a whole', async () => {
    const { page } = await openList();
    await page.getByRole('checkbox', { name: 'Show Labels' }).uncheck();
    expect((await layers(page)).map(({ isVisible }) => isVisible)).toEqual([true, true, false, false]);
    const group = page.getByRole('checkbox', { name: 'Show all of Predictions' });
    expect(await group.evaluate((box: HTMLInputElement) => box.indeterminate)).toBe(true);
    await group.check();
    expect((await layers(page)).map(({ isVisible }) => isVisible)).toEqual([true, true, true, false]);
    await group.uncheck();
    expect((await layers(page)).map(({ isVisible }) => isVisible)).toEqual([true, false, false, false]);
    expect(await changes(page)).toBe(3);
  });

  it('sets the opacity', async () => {
    const { page } = await openList();
    await page.getByRole('slider', { name: 'Opacity of Nucleus' }).fill('60');
    expect((await layers(page)).map(({ opacity }) => opacity)).toEqual([1, 0.6, 0.25, 1]);
  });

  it('reorders by keys and keeps the focus on the layer', async () => {
    const { page } = await openList();
    await page.getByRole('button', { name: 'Move Raw data' }).focus();
    await page.keyboard.press('Alt+ArrowUp');
    expect(await order(page)).toBe('Nucleus, Raw data, Background, Labels');
    await page.keyboard.press('Alt+ArrowUp');
    await page.keyboard.press('Alt+ArrowUp');
    await page.keyboard.press('Alt+ArrowUp'); // at the top already
    expect(await order(page)).toBe('Nucleus, Background, Labels, Raw data');
    expect(await changes(page)).toBe(3);
    await page.keyboard.press('Alt+ArrowDown');
    expect(await rows(page)).toEqual(['Labels', 'Raw data', 'Background', 'Nucleus']);
    expect(await page.getByRole('status').textContent()).toBe('Raw data: 2 of 4');
  });

  it('reorders by dragging', async () => {
    const { page } = await openList();
    const box = async (name: string) => (await page.locator('.layer', { hasText: name }).boundingBox())!;
    const drag = async (name: string, to: number) => {
      const grip = (await page.getByRole('button', { name: `Move ${name}` }).boundingBox())!;
      await page.mouse.move(grip.x + 6, grip.y + 6);
      await page.mouse.down();
      await page.mouse.move(grip.x + 6, to, { steps: 4 });
      await page.mouse.up();
    };
    const top = await box('Labels');
    await drag('Raw data', top.y + 2);
    expect(await order(page)).toBe('Nucleus, Background, Labels, Raw data');
    const last = await box('Nucleus');
    await drag('Labels', last.y + last.height + 30);
    expect(await order(page)).toBe('Labels, Nucleus, Background, Raw data');
  });
});
