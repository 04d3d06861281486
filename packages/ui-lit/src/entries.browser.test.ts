import { describe, expect, it } from 'vitest';
import { hasBrowser, openTestPage } from './testing/browser.ts';

describe.skipIf(!hasBrowser)('a page that needs only some elements', { timeout: 30_000 }, () => {
  it('has the viewer for less than 100 kB', async () => {
    const { page } = await openTestPage();
    const { bytes, names } = await page.evaluate(async () => {
      const { defineViewer } = await importModule<typeof import('./define-viewer.ts')>('/viewer.js');
      defineViewer();
      const viewer = document.createElement('brushwood-viewer');
      viewer.image = { shape: [1, 1, 1, 32, 32], levels: [] };
      document.body.append(viewer);
      await viewer.updateComplete;
      const loaded = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
      const scripts = loaded.filter(({ name }) => name.endsWith('.js'));
      return {
        bytes: scripts.reduce((sum, { decodedBodySize }) => sum + decodedBodySize, 0),
        names: ['brushwood-viewer', 'brushwood-labeler'].map((name) => customElements.get(name) !== undefined),
      };
    });
    expect(names).toEqual([true, false]);
    expect(bytes).toBeGreaterThan(20_000);
    expect(bytes).toBeLessThan(100_000);
  });

  it('has the labeler with all it consists of, without the app', async () => {
    const { page } = await openTestPage();
    await page.evaluate(async () => {
      const { defineLabeler } = await importModule<typeof import('./define-labeler.ts')>('/labeler.js');
      defineLabeler();
      document.body.innerHTML = '<brushwood-labeler style="height: 500px"></brushwood-labeler>';
    });
    await page.getByRole('button', { name: 'Threshold brush' }).click();
    const missing = await page.evaluate(() => {
      const undefinedIn = (root: ParentNode): string[] =>
        [...root.querySelectorAll('*')].flatMap((element) => [
          ...(element.matches(':not(:defined)') ? [element.localName] : []),
          ...(element.shadowRoot ? undefinedIn(element.shadowRoot) : []),
        ]);
      return undefinedIn(document);
    });
    expect(missing).toEqual([]);
    expect(await page.evaluate(() => customElements.get('brushwood-app') === undefined)).toBe(true);
  });
});
