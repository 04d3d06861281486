import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { builtApp, hasBrowser, openTestPage } from './testing/browser.ts';

/** Until the browser has kept all files of the app. */
function kept(page: Page) {
  return page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);
}

const registrations = (page: Page) =>
  page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length);

describe.skipIf(!hasBrowser)('the app without a network', () => {
  it('starts from what the browser kept, trains on the example, and tells of a newer version', async () => {
    const files: Record<string, Uint8Array> = {};
    const { page, server, newPage, takeErrors } = await openTestPage({ path: '/index.html', files });
    await kept(page);

    // A newer version lies on the server.
    files['/sw.js'] = Buffer.from(`${readFileSync(join(builtApp, 'sw.js'), 'utf8')}\n// newer`);
    await page.reload();
    await page.getByText('A new version is ready').waitFor();
    await expect
      .poll(() => page.evaluate(async () => (await navigator.serviceWorker.ready).waiting?.state))
      .toBe('installed');

    await server.close();
    const offline = await newPage('/index.html');
    await offline.getByRole('button', { name: 'Try the example image' }).click();
    await offline.getByText('512 × 512').first().waitFor();
    expect(await offline.evaluate(() => crossOriginIsolated)).toBe(true); // the kept page has the headers it came with
    await offline.getByRole('button', { name: 'Next: paint' }).click();
    const canvas = (await offline.locator('brushwood-viewer canvas').first().boundingBox())!;
    for (const [label, part] of [
      [1, 0.3],
      [2, 0.6],
    ] as const) {
      await offline.keyboard.press(String(label));
      await offline.mouse.move(canvas.x + canvas.width / 2, canvas.y + part * canvas.height);
      await offline.mouse.down();
      await offline.mouse.move(canvas.x + canvas.width / 2 + 60, canvas.y + part * canvas.height, { steps: 4 });
      await offline.mouse.up();
    }
    await offline.keyboard.press('l');
    await offline.getByText('Up to date', { exact: true }).waitFor();
    // All that failed is the question whether there is a server.
    expect(takeErrors().filter((text) => !/api\/session|sw\.js/.test(text))).toEqual([]);
  }, 60_000);

  it('can be installed', async () => {
    const { page, context } = await openTestPage({ path: '/index.html' });
    await kept(page);
    const session = await context.newCDPSession(page);
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual([]);
  }, 30_000);

  it('is not kept behind brushwood ui, which also ends what was kept at its address', async () => {
    const session = {
      application: 'brushwood',
      project: 'p.ilp',
      path: 'p.ilp',
      isWritable: true,
      warnings: [],
      images: [],
    };
    const files: Record<string, Uint8Array> = {};
    const { page, takeErrors } = await openTestPage({ path: '/index.html', files });
    await kept(page);
    await page.route('**/api/session', (route) => route.fulfill({ json: session }));
    await page.reload();
    await expect.poll(() => registrations(page)).toBe(0);
    takeErrors(); // this server has no project to give
  }, 30_000);

  it('is not kept by pages that embed the elements', async () => {
    const { page } = await openTestPage();
    await page.evaluate(async () => {
      const { defineElements } = await importModule('/brushwood.js');
      defineElements();
      document.body.append(document.createElement('brushwood-app'));
    });
    await page.getByRole('button', { name: 'Try the example image' }).waitFor();
    expect(await registrations(page)).toBe(0);
  }, 30_000);
});
