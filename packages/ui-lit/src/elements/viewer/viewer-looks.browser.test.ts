import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../testing/browser.ts';
import { openViewer, settle, takeBrush } from '../../testing/viewer-driver.ts';

describe.skipIf(!hasBrowser)('looks of brushwood-viewer', () => {
  it.each(['light', 'dark'] as const)('are kept as pictures of a %s page', async (colorScheme) => {
    const size = { width: 960, height: 640 };
    const flat = await openViewer([1, 1, 1, 400, 600], { size, colorScheme });
    await flat.page.evaluate(() => kit.showBlobs());
    await takeBrush(flat.page, 23);
    await flat.page.mouse.move(300, 300);
    await flat.page.mouse.down();
    await flat.page.mouse.move(420, 340, { steps: 8 });
    await flat.page.mouse.up();
    await settle(flat.page);
    await flat.screenshot(`viewer-2d-${colorScheme}`);
    const volume = await openViewer([4, 1, 60, 160, 220], { size, colorScheme });
    await volume.page.evaluate(() => kit.showBlobs());
    await volume.page.mouse.move(200, 100);
    await settle(volume.page);
    await volume.screenshot(`viewer-3d-${colorScheme}`);
    await volume.page.evaluate(() => shown.viewer.maximize('z'));
    await settle(volume.page);
    await volume.page.keyboard.press('Tab');
    await volume.screenshot(`viewer-3d-maximised-${colorScheme}`);
    const background = await volume.page.evaluate(() => getComputedStyle(shown.viewer).backgroundColor);
    expect(background).toBe('rgb(24, 26, 27)'); // the same dark in both
  });
});
