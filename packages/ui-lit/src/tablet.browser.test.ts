import type { BrowserContextOptions, CDPSession, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openTestPage, type TestPage } from './testing/browser.ts';

interface Screen {
  readonly name: string;
  readonly context: BrowserContextOptions;
  /** CSS pixels of the smallest target. */
  readonly target: number;
  /** Least part of the width that the picture has while one paints. */
  readonly picture: number;
}

const screens: readonly Screen[] = [
  { name: 'tablet-landscape', context: tablet(1024, 768), target: 40, picture: 0.6 },
  { name: 'tablet-portrait', context: tablet(768, 1024), target: 40, picture: 0.5 },
  {
    name: 'zoom-200-percent',
    context: { viewport: { width: 640, height: 360 }, deviceScaleFactor: 2 }, // of 1280 × 720
    target: 24,
    picture: 1,
  },
];

function tablet(width: number, height: number): BrowserContextOptions {
  return { viewport: { width, height }, hasTouch: true, isMobile: true };
}

/** What can be pressed and is smaller than it should be, or cannot be brought into the window. */
function troubles(page: Page, least: number) {
  return page.evaluate((size) => {
    const found: string[] = [];
    let count = 0;
    const walk = (root: ParentNode): void => {
      for (const element of root.querySelectorAll<HTMLElement>('*')) {
        if (element.shadowRoot) walk(element.shadowRoot);
        const isControl = element.matches('button, input, select, textarea, summary, a[href]');
        if (!isControl || !element.checkVisibility({ visibilityProperty: true })) continue;
        count++;
        const isBox = element.matches('[type=checkbox], [type=radio]');
        const target = (isBox && element.closest('label')) || element;
        target.scrollIntoView({ block: 'nearest', inline: 'nearest' });
        const { left, top, right, bottom, width, height } = target.getBoundingClientRect();
        const name = `${element.ariaLabel ?? element.title} ${element.textContent?.trim()} (${element.localName})`;
        if (width < size - 0.5 || height < size - 0.5)
          found.push(`${name}: ${width.toFixed(0)} × ${height.toFixed(0)}`);
        if (left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1) found.push(`${name}: cut off`);
      }
    };
    walk(document);
    if (document.documentElement.scrollWidth > innerWidth) found.push('The page is wider than the window.');
    return count > 8 ? found : ['nothing was looked at'];
  }, least);
}

describe.skipIf(!hasBrowser).each(screens)(
  'the app on a screen such as $name',
  ({ name, context, target, picture }) => {
    let test: TestPage;
    let page: Page;
    const steps = () => page.getByRole('navigation', { name: 'Steps' }).getByRole('button');
    const drawer = (label: string) => page.locator('button.drawer').filter({ hasText: label });

    beforeAll(async () => {
      test = await openTestPage({ path: '/index.html', context });
      page = test.page;
      await page.getByRole('button', { name: 'Try the example image' }).waitFor();
    }, 60_000);

    it('can be begun, and every step is there in full', async () => {
      const found = await troubles(page, target);
      await test.screenshot(`comfort/${name}-start`);
      await page.getByRole('button', { name: 'Try the example image' }).click();
      await page.getByRole('button', { name: 'Close the tour' }).click();
      for (let i = 0; i < (await steps().count()); i++) {
        await steps().nth(i).click();
        await page.locator(`nav button:nth-child(${i + 1})[aria-current=step]`).waitFor();
        if ((await page.locator('brushwood-labeler[left-open]').count()) === 0) await drawer('Tools').click();
        const here = await troubles(page, target);
        found.push(...here.map((what) => `step ${i + 1}: ${what}`));
        await test.screenshot(`comfort/${name}-step-${i + 1}`);
      }
      expect(found).toEqual([]);
    }, 60_000);

    it('has panels that come and go, with the focus, and leave room for the picture', async () => {
      await steps().nth(0).click();
      await steps().filter({ hasText: 'Training' }).click();
      const box = (await page.locator('brushwood-viewer').boundingBox())!;
      expect(box.width / page.viewportSize()!.width).toBeGreaterThanOrEqual(picture);
      const layers = drawer('Layers');
      expect(await layers.getAttribute('aria-expanded')).toBe('false');
      await layers.click();
      await page.getByRole('complementary', { name: 'Layers' }).waitFor();
      expect(await troubles(page, target)).toEqual([]);
      await test.screenshot(`comfort/${name}-layers`);
      await page.keyboard.press('Escape');
      expect(await layers.getAttribute('aria-expanded')).toBe('false');
      await page.keyboard.press('Enter'); // the button has the focus again
      expect(await layers.getAttribute('aria-expanded')).toBe('true');
      await page.keyboard.press('Escape');
    }, 30_000);

    if (!context.hasTouch) return;
    it('pans and zooms by two fingers, and paints by a pen while the palm rests', async () => {
      if ((await page.locator('brushwood-labeler[left-open]').count()) > 0) await drawer('Tools').click();
      const { x, y, width, height } = (await page.locator('brushwood-viewer').boundingBox())!;
      const [cx, cy] = [x + width / 2, y + height / 2];
      const input = await test.context.newCDPSession(page);
      const zoom = async () => Number.parseFloat(await page.locator('.zoom').innerText());
      const before = await zoom();
      await touch(input, 'touchStart', [cx - 50, cy], [cx + 50, cy]);
      await touch(input, 'touchMove', [cx - 100, cy + 40], [cx + 100, cy + 40]);
      await touch(input, 'touchEnd');
      await expect.poll(zoom).toBeCloseTo(2 * before, -1);
      const painted = () =>
        page.evaluate(() => {
          const labeler = document.querySelector('brushwood-app')!.shadowRoot!.querySelector('brushwood-labeler')!;
          const chunks = [...labeler.labels!.chunks.values()];
          return chunks.reduce((sum, chunk) => sum + chunk.filter((label) => label > 0).length, 0);
        });
      expect(await painted()).toBe(0); // neither finger left a mark
      const pen = (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', dx: number) =>
        input.send('Input.dispatchMouseEvent', {
          type,
          x: cx + dx,
          y: cy,
          button: 'left',
          buttons: 1,
          pointerType: 'pen',
        });
      await pen('mousePressed', 0);
      await touch(input, 'touchStart', [cx + 60, cy + 90]); // the palm
      await pen('mouseMoved', 30);
      await pen('mouseReleased', 30);
      await touch(input, 'touchEnd');
      await expect.poll(painted).toBeGreaterThan(20);
    }, 30_000);
  },
);

function touch(input: CDPSession, type: 'touchStart' | 'touchMove' | 'touchEnd', ...at: (readonly [number, number])[]) {
  return input.send('Input.dispatchTouchEvent', { type, touchPoints: at.map(([x, y], id) => ({ x, y, id })) });
}
