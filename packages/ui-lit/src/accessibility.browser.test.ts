import type { Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AppDriver } from './testing/app-driver.ts';
import { accessibilityFindings } from './testing/axe.ts';
import { hasBrowser, openTestPage, type TestPage } from './testing/browser.ts';

/** The element that has the focus, through all shadow roots: its name or text. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element?.getAttribute('aria-label') ?? element?.textContent?.trim() ?? '';
  });
}

/** Opens all sections that are closed at first. */
function unfold(page: Page): Promise<void> {
  return page.evaluate(() => {
    const walk = (root: ParentNode): void => {
      for (const element of root.querySelectorAll('*')) {
        if (element.shadowRoot) walk(element.shadowRoot);
        if (element instanceof HTMLDetailsElement) element.open = true;
      }
    };
    walk(document);
  });
}

describe.skipIf(!hasBrowser)('accessibility of the app', () => {
  let test: TestPage;
  let page: Page;
  let app: AppDriver;
  const findings: string[] = [];

  /** Collects what axe-core finds, in light and dark. */
  async function check(what: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const rules = colorScheme === 'dark' ? ['color-contrast'] : undefined; // nothing else depends on colours
      findings.push(...(await accessibilityFindings(page, rules)).map((found) => `${what}, ${colorScheme}: ${found}`));
      await test.screenshot(`comfort/${what.replaceAll(' ', '-')}-${colorScheme}`);
    }
  }

  const steps = () => page.getByRole('navigation', { name: 'Steps' }).getByRole('button');
  const spoken = () => page.getByRole('status').allTextContents();

  beforeAll(async () => {
    test = await openTestPage({ path: '/index.html', context: { viewport: { width: 1280, height: 720 } } });
    page = test.page;
    app = new AppDriver(page, [512, 512]);
    await page.getByRole('button', { name: 'Try the example image' }).waitFor();
  }, 60_000);

  afterEach(() => {
    expect(findings.splice(0)).toEqual([]);
  });

  it('is looked at by a check that sees into the elements', async () => {
    await page.evaluate(() => {
      const { shadowRoot } = document.querySelector('brushwood-app')!;
      shadowRoot!.append(Object.assign(document.createElement('button'), { id: 'planted' }));
    });
    expect((await accessibilityFindings(page)).join()).toMatch(/button-name: .*planted/);
    await page.evaluate(() => document.querySelector('brushwood-app')!.shadowRoot!.querySelector('#planted')!.remove());
  }, 30_000);

  it('has nothing serious on the start page and in its dialogs', async () => {
    await check('start');
    await page.getByRole('button', { name: 'Add address' }).click();
    await check('dialog address');
    await page.keyboard.press('Escape');
    expect(await focused(page)).toBe('Add address…');
  }, 30_000);

  it('has nothing serious in any step', async () => {
    await page.getByRole('button', { name: 'Try the example image' }).click();
    await page.getByRole('checkbox', { name: 'Gaussian Smoothing, sigma 3.5' }).waitFor();
    await expect.poll(() => focused(page)).toBe('Guided tour');
    await expect.poll(async () => (await spoken()).join()).toContain('example nuclei is open: 512 by 512 voxels.');
    for (let i = 0; i < (await steps().count()); i++) {
      await steps().nth(i).click();
      await unfold(page);
      await check(`step ${i + 1}`);
    }
    await page.getByRole('button', { name: 'Close the tour' }).click();
  }, 60_000);

  it('is worked by keys alone from painting to the prediction, and says when it has learnt', async () => {
    await app.step('Training');
    await page.locator('brushwood-viewer .stage').focus();
    for (const [key, arrow] of [
      ['1', 'ArrowLeft'],
      ['2', 'ArrowRight'],
    ] as const) {
      await page.keyboard.press(key);
      for (let i = 0; i < 3; i++) await page.keyboard.press(`Alt+Shift+${arrow}`);
      await page.keyboard.press('Enter');
    }
    await page.keyboard.press('l');
    await app.settled();
    await expect.poll(async () => (await spoken()).join()).toMatch(/Trained, and what is in view is predicted/);
    const told = await spoken();
    await page.keyboard.press('Alt+ArrowDown');
    await page.keyboard.press('Enter'); // a stroke and its prediction are no news
    await app.settled();
    expect((await spoken()).filter((text) => /Trained|Predict|Comput/.test(text))).toEqual(
      told.filter((text) => /Trained/.test(text)),
    );
  }, 60_000);

  it('has nothing serious in menus, sections, sheets and questions, which give the focus back', async () => {
    await unfold(page);
    await check('training unfolded');
    await page.keyboard.press('l');
    await app.step('Feature Selection');
    await page.getByRole('button', { name: 'Suggest features' }).click();
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    await check('suggest features');
    await page.keyboard.press('Escape');
    await app.step('Training');
    const more = page.getByRole('button', { name: 'More for Label 1' });
    await more.click();
    await check('menu of a class');
    await page.keyboard.press('Escape');
    expect(await focused(page)).toBe('More for Label 1');
    await more.click();
    await page.getByRole('menuitem', { name: 'Clear strokes' }).click();
    await check('question');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(['Cancel', 'Clear', '']).toContain(await focused(page)); // the focus stays in it
    await page.keyboard.press('Escape');
    expect(await focused(page)).toBe('More for Label 1');
    const help = page.getByRole('button', { name: 'Keyboard shortcuts' });
    await help.click();
    await check('help');
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    expect(await focused(page)).toContain('Keyboard shortcuts');
  }, 60_000);

  it('has nothing serious while it tells an error', async () => {
    await app.step('Input Data');
    const text = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no image') };
    await app.choose('Add images', text);
    await page.getByRole('alert').waitFor();
    await page.getByRole('button', { name: 'Properties of example nuclei' }).click();
    await check('error');
  }, 30_000);
});
