import { fileURLToPath } from 'node:url';
import { beforeAll, describe, it } from 'vitest';
import { hasBrowser, openTestPage } from '../../testing/browser.ts';
import { bundleForTests } from '../../testing/bundle-for-tests.ts';

type PageModule = typeof import('../../testing/viewer.page.ts');
type Shown = import('../../testing/viewer.page.ts').Shown;

declare global {
  var shown: Shown;
}

describe.skipIf(!hasBrowser)('brushwood-viewer', () => {
  let files: Record<string, Uint8Array> = {};
  beforeAll(async () => {
    files = await bundleForTests({ viewer: fileURLToPath(new URL('../../testing/viewer.page.ts', import.meta.url)) });
  });

  it('peek', async () => {
    const test = await openTestPage({ files, context: { viewport: { width: 800, height: 600 } } });
    await test.page.evaluate(async () => {
      const { showViewer, settled } = await importModule<PageModule>('/viewer.js');
      showViewer([1, 1, 1, 400, 600], 1, { unit: 'micrometer', x: 0.5, y: 0.5 });
      await settled();
    });
    await test.page.mouse.move(300, 200);
    await test.page.waitForTimeout(100);
    await test.screenshot('viewer-2d');
    const volume = await openTestPage({ files, context: { viewport: { width: 1000, height: 700 } } });
    await volume.page.evaluate(async () => {
      const { showViewer, settled } = await importModule<PageModule>('/viewer.js');
      document.documentElement.style.colorScheme = 'light dark';
      showViewer([5, 1, 60, 200, 300], 1, { unit: 'micrometer', x: 0.5, y: 0.5 });
      await settled();
    });
    await volume.page.mouse.move(200, 200);
    await volume.page.waitForTimeout(100);
    await volume.screenshot('viewer-volume');
  });
});
